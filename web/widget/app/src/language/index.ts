/** Words in the visitor's language: each folder brings its own `locale/`, Chinese is always there. */

import { type Locale, type Words, closestLocale, say } from '@kefu/kit/i18n'
import { readonly, ref, shallowRef } from 'vue'
import chinese from './zh-CN'

const current = ref<Locale>('zh-CN')
const words = shallowRef<Words>(chinese)

export const locale = readonly(current)

export async function speak(asked: string): Promise<void> {
  const chosen = closestLocale([asked, 'en'])
  words.value = chosen === 'en' ? (await import('./en')).default : chinese
  current.value = chosen
  document.documentElement.lang = chosen
}

export const t = (key: string, figures: Record<string, string | number> = {}): string => say(words.value, key, figures)
