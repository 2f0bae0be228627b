/** Prices and lengths as the visitor's language writes them; times and sizes come from the kit. */

import { locale } from '.'

const CURRENCY = /^[A-Z]{3}$/

export function price(amount: number | string | null | undefined, currency: string | null | undefined): string {
  if (amount === null || amount === undefined || amount === '') return ''
  const figure = Number(amount)
  if (Number.isNaN(figure)) return String(amount)
  return new Intl.NumberFormat(locale.value, {
    style: 'currency',
    currency: currency && CURRENCY.test(currency) ? currency : 'CNY',
    currencyDisplay: 'narrowSymbol',
  }).format(figure)
}

export const duration = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
