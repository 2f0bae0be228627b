/** Logistics' part of the HTTP contract. */

import type { Id } from '@kefu/api'
import { api } from '@/app/http'

export const KINDS = ['stuck', 'loop', 'wrong_region', 'exception', 'return_to_sender', 'lost', 'delayed_scan', 'promise_at_risk', 'promise_broken'] as const
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export const NOTICES = ['order_placed', 'order_paid', 'order_processing', 'order_shipped', 'out_for_delivery', 'delivered', 'order_completed', 'order_cancelled', 'refund_paid', 'delay', 'problem', 'lost', 'change_done', 'change_approved', 'change_denied', 'change_refused', 'appointment_near', 'appointment_late', 'return_approved', 'return_refused', 'return_accepted', 'return_rejected', 'return_reminder'] as const
export const STAGES = ['created', 'in_transit', 'out_for_delivery', 'returning'] as const
export const NEEDED = ['created', 'in_transit', 'out_for_delivery'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface Notice {
  id: Id
  kind: string
  text: string
  status: 'draft' | 'waiting' | 'sent' | 'undelivered' | 'discarded' | 'suppressed'
  reason: string | null
  way: string | null
}

export interface Anomaly {
  id: Id
  kind: (typeof KINDS)[number]
  severity: Severity
  order_id: Id
  order_number: string
  tracking_number: string | null
  carrier: string | null
  customer_id: Id | null
  since: string
  evidence: Record<string, string | number | boolean>
  opened_at: string
  due_at: string
  overdue_at: string | null
  closed_at: string | null
  closing: string | null
  remedy: string | null
  notice: Notice | null
}

export type Counts = Record<Severity | 'overdue', number>

export interface Thresholds {
  still: Record<string, number>
  needed: Record<string, number>
  lost_hours: number
  late_scan_hours: number
  visits: number
}

export interface Carrier {
  id: Id
  code: string
  name: string
  name_en: string
  agreement: boolean
  agreement_until: string | null
  priority: number
  active: boolean
  provinces: string[]
  thresholds: Partial<Thresholds>
  silent_after_hours: number
  heard_at: string | null
  silent_since: string | null
}

export interface Timeliness {
  carrier: string
  delivered: number
  promised: number
  on_time: number
  hours: number | null
  problems: number
  days: { day: string; delivered: number; promised: number; on_time: number; problems: number }[]
}

export interface Source {
  id: Id
  name: string
  kind: 'book' | 'woocommerce' | 'qiyu'
  book: 'orders' | 'tracking' | null
  shop_id: Id | null
  url: string
  enabled: boolean
  takes_changes: boolean
  asked_at: string | null
  answered_at: string | null
  failure: string | null
}

export interface Comparison {
  id: Id
  source_id: Id
  started_at: string
  finished_at: string | null
  compared: number
  alike: number
  alike_after: number | null
  differences: number
  mended: number
  failure: string | null
}

export interface Difference {
  id: Id
  kind: string
  number: string
  external_id: string | null
  ours: string | null
  theirs: string | null
  mended_at: string | null
}

export interface Settings {
  thresholds: Thresholds
  usual: Thresholds
  solve_hours: number
  department_id: Id | null
  notices: { kinds: string[]; send_problems: boolean; quiet: { from: string; to: string; timezone: string } | null }
}

export const readCounts = () => api.get<Counts>('/delivery-anomalies/counts')
export const readAnomaly = (id: Id) => api.get<Anomaly>(`/delivery-anomalies/${id}`)
export const close = (id: Id, remedy: string) => api.post<Anomaly>(`/delivery-anomalies/${id}/closure`, { remedy })
export const keepText = (id: Id, text: string) => api.patch<Notice>(`/customer-notices/${id}`, { text })
export const sendNotice = (id: Id, text: string) => api.post<Notice>(`/customer-notices/${id}/sending`, { text })
export const discard = (id: Id) => api.delete(`/customer-notices/${id}`)
export const readTimeliness = () => api.get<Timeliness[]>('/carriers/timeliness')
export const readSettings = () => api.get<Settings>('/logistics-settings')
export const changeSettings = (change: unknown) => api.patch<Settings>('/logistics-settings', change)
export const compare = (source: Id) => api.post(`/commerce-sources/${source}/reconciliations`, {})
