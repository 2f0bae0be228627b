/** Hearing: when something about an order's care is told, open screens read again. */

import { onScopeDispose } from 'vue'

export const KINDS = [
  ...['requested', 'executed', 'approved', 'denied', 'withdrawn', 'refused', 'confirmed'].map((end) => `order.change_${end}`),
  ...['applied', 'changed', 'issued', 'sent', 'voided'].map((end) => `invoice.${end}`),
  ...['issued', 'used', 'returned', 'revoked'].map((end) => `coupon.${end}`),
  ...['booked', 'moved', 'reminded', 'late', 'begun', 'ended'].map((end) => `appointment.${end}`),
  'order.after_sale_requested',
  'order_window.changed',
]

type Hear = (kind: string) => void
const listening = new Set<Hear>()

export function heard({ kind }: { kind: string }): void {
  for (const hear of listening) hear(kind)
}

/** Read again, once for many events at a time, while this screen is there. */
export function rereads(prefix: string, read: () => unknown): void {
  let waits: ReturnType<typeof setTimeout> | undefined
  const hear: Hear = (kind) => {
    if (!kind.startsWith(prefix)) return
    clearTimeout(waits)
    waits = setTimeout(read, 300)
  }
  listening.add(hear)
  onScopeDispose(() => {
    clearTimeout(waits)
    listening.delete(hear)
  })
}
