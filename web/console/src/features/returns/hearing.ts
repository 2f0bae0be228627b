/** What is pushed about cases and parcels: pages that show them read them again. */

import type { EventFrame } from '@kefu/api/frames'
import { reactive } from 'vue'

export const KINDS = [
  ...['applied', 'approved', 'refused', 'moved', 'taken', 'late', 'sent', 'undone', 'reopened', 'cost_noted', 'inspected', 'disputed', 'dispute_decided'].map((one) => `return.${one}`),
  ...['refund_asked', 'refund_decided', 'refunded', 'difference_due', 'difference_settled', 'replaced', 'repair_changed', 'visit_planned'].map((one) => `return.${one}`),
  ...['scanned_in', 'moved', 'scanned_out', 'matched', 'overdue'].map((one) => `parcel.${one}`),
]

/** Counts what was heard: of each case, of all cases, of the warehouse. */
export const changes = reactive({ cases: {} as Record<string, number>, board: 0, warehouse: 0 })

export function heard(event: EventFrame): void {
  if (event.kind.startsWith('parcel.')) {
    changes.warehouse += 1
    return
  }
  changes.cases[event.subject] = (changes.cases[event.subject] ?? 0) + 1
  changes.board += 1
}
