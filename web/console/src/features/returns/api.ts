/** Returns as the server tells them. */

import type { Id, Page } from '@kefu/api'
import { api } from '@/app/http'
import type { Difference } from './differences'

export const CASE_KINDS = ['return', 'exchange', 'repair', 'installation', 'refund_only'] as const
export const NODES = ['review', 'send_back', 'inspect', 'repairing', 'reship', 'refund', 'schedule', 'visit'] as const
export const REASONS = ['no_reason', 'quality', 'transport', 'wrong_item', 'missing_part', 'not_as_described', 'late', 'misuse', 'other'] as const
export const DETERMINATIONS = ['product_fault', 'misuse', 'transport', 'as_new'] as const
export const METHODS = ['original', 'balance', 'bank', 'none'] as const
export const COSTS = ['logistics_compensation', 'repeated_inspection', 'return_shipping', 'repair', 'goodwill'] as const
export const PURPOSES = ['restock', 'repair', 'supplier', 'customer', 'scrap', 'other'] as const

export type Counts = 'plain' | 'business'
export type CaseKind = (typeof CASE_KINDS)[number]

export interface Line {
  id: Id
  order_line_id: Id
  model: string
  title: string
  category: string
  quantity: number
  amount: number
}

export interface ReturnRow {
  id: Id
  number: string
  kind: CaseKind
  status: 'open' | 'done' | 'refused' | 'rejected' | 'withdrawn' | 'expired'
  node: string
  node_due_at: string | null
  node_counts: Counts
  due_at: string | null
  overdue: boolean
  node_overdue: boolean
  whole_overdue: boolean
  order_id: Id
  order_number: string
  customer_id: Id | null
  customer_name: string | null
  assignee: string | null
  reason: (typeof REASONS)[number]
  amount: number
  currency: string
  fast_track: boolean
  lines: Line[]
  applied_at: string
  ended_at: string | null
}

export interface Step {
  node: string
  turn: number
  entered_at: string
  begun_at: string | null
  left_at: string | null
  due_at: string | null
  counts: Counts
  outcome: string | null
  cause: string | null
  department: string | null
  actor: string | null
}

export interface Condition {
  name: string
  value: unknown
  limit: unknown
  holds: boolean
}

export interface Photo {
  id: Id
  purpose: 'application' | 'inspection' | 'dispute'
  name: string
  url: string
  created_at: string
}

export interface Inspection {
  id: Id
  checklist_version: number
  answers: Record<string, string | boolean>
  photos: Id[]
  determination: (typeof DETERMINATIONS)[number]
  accepted: boolean
  note: string
  reason: string | null
  of_record: boolean
  inspector: string | null
  finished_at: string
}

export interface Dispute {
  id: Id
  text: string
  photos: Id[]
  complaint: boolean
  raised_by: string | null
  raised_at: string
  decision: 'upheld' | 'overturned' | 'reinspect' | null
  grounds: string
  decided_by: string | null
  decided_at: string | null
}

export interface Refund {
  id: Id
  amount: number
  currency: string
  status: string
  postings: { system: 'crm' | 'finance'; status: string; amount: number; operator: string | null; at: string }[]
  waits_for_approval: boolean
  approval_id: Id | null
  may_decide: boolean
  asked_by: string | null
  requested_at: string
}

export interface Cover {
  purchased_at: string
  months: number
  until: string
  covered: boolean
}

export interface ReturnCase extends ReturnRow {
  conversation_id: Id | null
  note: string
  decision_note: string
  method: string
  explanation: Condition[]
  carrier: string | null
  suggested_carrier: string | null
  tracking_number: string | null
  visit_at: string | null
  visit_mode: 'remote' | 'on_site' | null
  replacement_order_id: Id | null
  process_id: Id | null
  process: { node: string; outcomes: string[] }[]
  steps: Step[]
  photos: Photo[]
  inspections: Inspection[]
  disputes: Dispute[]
  refunds: Refund[]
  difference: Difference | null
  costs: { kind: (typeof COSTS)[number]; amount: number; currency: string; note: string; at: string }[]
  repair: { state: string; note: string; quote: number | null; at: string }[]
  cover: Cover | null
  allowed: string[]
}

export interface Offer {
  goods: number
  shipping: number
  insurance: number
  total: number
  currency: string
  limit: number | null
}

export interface ChecklistItem {
  key: string
  label: string
  kind: 'yes_no' | 'choice'
  choices: string[]
  required: boolean
  photo: boolean
}

export interface Checklist {
  id: Id
  category: string
  version: number
  name: string
  items: ChecklistItem[]
  created_at: string
}

export interface Options {
  order_id: Id
  order_number: string
  options: { kind: CaseKind; open: boolean; reason: string | null; until: string | null }[]
  lines: { line_id: Id; title: string; model: string; quantity: number; left: number; amount: number; cover: Cover | null }[]
  promises: Record<string, number>
}

export interface NodeFigures {
  node: string
  cause: string
  stays: number
  open: number
  mean_waiting_hours: number
  mean_working_hours: number
  overdue: number
  due_counts: Counts | 'both' | null
  overdue_share: number | null
  time_share: number | null
  delay_share: number | null
  delay_hours: number
}

export interface Analysis {
  adds_up: 'plain'
  nodes: NodeFigures[]
  bottleneck: string | null
  costs: Record<string, { amount: number; entries: number }>
}

export interface ModelRow {
  model: string
  title: string
  units: number
  cases: number
  product_fault: number
  misuse: number
  transport: number
  as_new: number
  waiting: number
  advice: string
}

const one = (id: Id) => `/returns/${id}`

export const readCase = (id: Id) => api.get<ReturnCase>(one(id))
export const readCounts = () => api.get<Record<string, { open: number; overdue: number }>>('/returns/counts')
export const tell = (id: Id, what: string, body?: unknown) => api.put<ReturnCase>(`${one(id)}/${what}`, body)
export const add = (id: Id, what: string, body: unknown) => api.post<ReturnCase>(`${one(id)}/${what}`, body)
export const readOffer = (id: Id) => api.get<Offer>(`${one(id)}/refund-offer`)
export const readChecklist = (id: Id) => api.get<Checklist>(`${one(id)}/checklist`)
export const readOptions = (order: Id) => api.get<Options>(`/return-options/${order}`)
export const readTimeline = (id: Id) => api.get<Page<{ id: number; kind: string; at: string; actor: string | null }>>(`${one(id)}/timeline`, { limit: 100 })

export function addPhoto(id: Id, file: File, purpose: Photo['purpose']): Promise<Photo> {
  const form = new FormData()
  form.set('file', file, file.name)
  form.set('purpose', purpose)
  return api.post<Photo>(`${one(id)}/photos`, form)
}
