/** Segments, care, portraits and points in the HTTP contract. */

import type { Id, Page } from '@kefu/api'
import { api } from '@/app/http'
import type { CustomerRow } from '@/features/customers/api'

export const DIMENSIONS = ['lifecycle', 'value_tier', 'persona', 'scenario', 'size', 'stage'] as const
export const OCCASIONS = ['entered_segment', 'birthday', 'after_purchase', 'after_complaint'] as const
export type Dimension = (typeof DIMENSIONS)[number]

export interface Share {
  value: string
  name: string | null
  customers: number
  percent: number | null
}

export interface Overview {
  customers: number
  dimensions: { dimension: Dimension; shares: Share[] }[]
  run: { started_at: string; finished_at: string | null; customers: number; changed: number } | null
}

export interface Rule {
  id: Id
  dimension: Dimension
  value: string
  name: string
  position: number
  conditions: Record<string, unknown>
  enabled: boolean
  version: number
  points_percent: number
  priority_weight: number
  hint: string
  broken: boolean
}

export interface FieldInfo {
  name: string
  kind: string
  operators: string[]
  choices: string[]
  limits: Record<string, number>
}

export interface Preview {
  customers: number
  of: number
  sample: CustomerRow[]
}

export interface Trait {
  attribute: string
  value: string
  source: 'agent' | 'learned'
  learned: string | null
  confidence: number
  evidence: Record<string, number>
  given_by: string | null
}

export interface Known {
  segments: Record<Dimension, string>
  treatment: { points_percent: number; priority_weight: number; hints: { dimension: string; value: string; name: string; text: string }[] }
  purchases: { orders: number; last_order_at: string | null; spent: number; refunded: number; lifetime_value: number; currency: string; returns: number; points: number }
  service: { conversations: number; complaints: number; pending_redemptions: number; delayed_redemptions: number; care: { id: Id; plan: string; started_at: string; steps: number; steps_done: number }[] }
  preferences: { consents: string[]; portrait: Trait[] }
  communication: { messages: number }
}

export interface Step {
  dimension: Dimension
  value: string
  since: string
  until: string | null
  rule_name: string | null
  rule_version: number | null
}

export interface Arm {
  courses: number
  completed: number
  repurchased: number
  open: number
  percent: number | null
}

export interface CarePlan {
  id: Id
  name: string
  occasion: (typeof OCCASIONS)[number]
  dimension: Dimension | null
  value: string | null
  conditions: Record<string, unknown>
  steps: { title: string; after_days: number }[]
  purpose: string
  owner_id: Id | null
  department_id: Id | null
  period_days: number
  window_days: number
  control_percent: number
  enabled: boolean
  care: Arm
  control: Arm
}

export interface Redemption {
  id: Id
  customer_id: Id
  customer: string
  benefit: string
  points: number
  status: 'pending' | 'fulfilled' | 'cancelled'
  requested_at: string
  due_at: string
  delayed: boolean
}

export const readOverview = () => api.get<Overview>('/segments')
export const readRules = () => api.get<Page<Rule>>('/segment-rules')
export const readFields = () => api.get<Page<FieldInfo>>('/segment-fields')
export const tryOut = (conditions: unknown) => api.post<Preview>('/segment-rules/preview', { conditions })
export const recompute = () => api.post('/segments/recomputation')
export const readKnown = (customer: Id) => api.get<Known>(`/customers/${customer}/overview`)
export const readSteps = (customer: Id) => api.get<Page<Step>>(`/customers/${customer}/segments`)
export const correct = (customer: Id, attribute: string, value: string | null) => api.put(`/customers/${customer}/portrait/${attribute}`, { value })
export const usePortrait = (customer: Id, conversation: Id) => api.post(`/customers/${customer}/portrait/use`, { conversation_id: conversation })
export const givePoints = (customer: Id, points: number, reason: string) => api.post(`/customers/${customer}/points`, { points, reason })
export const redeem = (customer: Id, benefit: string, points: number) => api.post(`/customers/${customer}/redemptions`, { benefit, points })
export const settle = (redemption: Id, way: 'fulfilment' | 'cancellation') => api.put(`/redemptions/${redemption}/${way}`)
