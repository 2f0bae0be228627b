/** How amounts and states are written: smallest units become money, a state has a meaning. */

export type Meaning = 'ok' | 'notice' | 'warning' | 'danger' | 'quiet'

const MEANINGS: Record<string, Meaning> = {
  created: 'warning',
  paid: 'notice',
  processing: 'notice',
  shipped: 'notice',
  delivered: 'ok',
  completed: 'quiet',
  cancelled: 'quiet',
  in_transit: 'notice',
  out_for_delivery: 'notice',
  exception: 'danger',
  returned: 'warning',
  lost: 'danger',
  requested: 'warning',
  approved: 'notice',
  failed: 'danger',
  refused: 'quiet',
  pending: 'warning',
  refunded: 'quiet',
  waiting: 'notice',
  running: 'notice',
  done: 'ok',
}

export const meaningOf = (status: string): Meaning => MEANINGS[status] ?? 'quiet'

/** An amount in smallest units, as money. */
export function price(amount: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: currency || 'CNY' })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** Specs in one line: `颜色 苔原绿 · 尺码 M`. */
export const specLine = (specs: Record<string, unknown>): string =>
  Object.entries(specs)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(' · ')

/** What is sent into a conversation to show an order. */
export function orderCard(order: { id: string; number: string; status: string; total_amount: number; currency: string }, status: string): Record<string, unknown> {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: order.currency }).resolvedOptions().maximumFractionDigits ?? 2
  return { id: order.id, number: order.number, status, amount: order.total_amount / 10 ** digits, currency: order.currency }
}
