/** What a screen reader should say now. */

import { ref } from 'vue'

export const announcement = ref('')

export function announce(words: string): void {
  announcement.value = ''
  requestAnimationFrame(() => (announcement.value = words))
}
