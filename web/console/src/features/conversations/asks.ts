/** Which dialog of the open conversation is wanted; keys, menus and the palette all ask here. */

import { ref } from 'vue'

export type Ask = 'transfer' | 'snooze' | 'label' | 'block' | 'export' | 'schedule' | 'product' | 'article' | 'choices' | 'form'

export const asked = ref<Ask | null>(null)

export function ask(what: Ask): void {
  asked.value = what
}
