/** How returns are written: money, hours, nodes that an administrator drew. */

import { i18n, t } from '@/app/i18n'

export function money(amount: number, currency: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount / 100)
}

/** A built-in node by its word; one that was drawn by its own id. */
export function nodeWord(node: string): string {
  const key = `returns.node.${node}`
  return i18n.global.te(key) ? t(key) : node
}

export function hoursWord(hours: number, locale: string): string {
  const days = hours >= 48
  return new Intl.NumberFormat(locale, { style: 'unit', unit: days ? 'day' : 'hour', unitDisplay: 'short', maximumFractionDigits: 1 }).format(days ? hours / 24 : hours)
}

export function hoursBetween(from: string, until: string | null): number {
  return (Date.parse(until ?? new Date().toISOString()) - Date.parse(from)) / 3_600_000
}

/** A value of a condition as people read it. */
export function conditionWord(name: string, value: unknown, currency: string, locale: string): string {
  if (value === null || value === undefined) return '—'
  if (name === 'value_below') return money(Number(value), currency, locale)
  if (name === 'within_days') return new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', maximumFractionDigits: 1 }).format(Number(value))
  if (name === 'return_rate_below') return `${value}%`
  const words = name === 'reasons' ? 'reason' : name === 'kind' ? 'kind' : null
  if (words) return (Array.isArray(value) ? value : [value]).map((one) => t(`returns.${words}.${one}`)).join('、')
  return t(value ? 'app.yes' : 'app.no')
}
