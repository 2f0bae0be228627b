/** Words of the page in the customer's language; it is small, so both come along. */

import { type Locale, type Words, say } from '@kefu/kit/i18n'
import { readonly, ref } from 'vue'
import english from './locale/en'
import chinese from './locale/zh-CN'

const current = ref<Locale>('zh-CN')
export const locale = readonly(current)

export function speak(chosen: Locale): void {
  current.value = chosen
}

export const t = (key: string, figures: Record<string, string | number> = {}): string => {
  const words: Words = current.value === 'en' ? english : chinese
  return say(words, key, figures)
}

/** A word for a code of the server; the code itself where there is none. */
export function coded(group: string, code: string): string {
  const found = t(`${group}.${code}`)
  return found === `${group}.${code}` ? code : found
}

export const money = (amount: number, currency: string): string =>
  new Intl.NumberFormat(current.value, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount / 100)

export const moment = (at: string): string =>
  new Intl.DateTimeFormat(current.value, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))

export const day = (at: string): string => new Intl.DateTimeFormat(current.value, { month: 'short', day: 'numeric' }).format(new Date(at))

/** What a refusal says to a customer. */
export function problemOf(refusal: { code?: string }): string {
  const code = refusal.code ?? 'unknown'
  const found = coded('refused', code)
  return found === code ? t('refused.unknown') : found
}
