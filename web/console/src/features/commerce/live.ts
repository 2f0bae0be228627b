/** What is live: pages hear that an order, the goods or an import are different, and read again. */

import type { EventFrame } from '@kefu/api/frames'
import { onScopeDispose, reactive, ref, watch } from 'vue'

export const ORDER_KINDS = [
  ...['placed', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled', 'changed', 'stuck', 'assisted', 'error_found', 'error_corrected'].map((one) => `order.${one}`),
  ...['requested', 'approved', 'paid', 'failed', 'refused'].map((one) => `refund.${one}`),
]
export const PARCEL_KINDS = ['shipment.created', 'shipment.moved']
const GAP = 500

const touched = reactive(new Map<string, number>())
export const orders = ref(0)
export const goods = ref(0)
export const imports = ref(0)

/** An order's own event names it as subject, a parcel's in its details. */
export function orderTouched(event: EventFrame): void {
  const order = typeof event.details?.order === 'string' ? event.details.order : event.subject
  touched.set(order, (touched.get(order) ?? 0) + 1)
  orders.value++
}

/** Read again when this order was touched; many events at once make one reading. */
export function whenTouched(order: () => string, read: () => unknown): void {
  soonAfter(() => touched.get(order()) ?? 0, read)
}

export function soonAfter(source: () => number, read: () => unknown): void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  watch(source, () => {
    clearTimeout(waiting)
    waiting = setTimeout(read, GAP)
  })
  onScopeDispose(() => clearTimeout(waiting))
}
