/** The customers' part of the HTTP contract. */

import type { AgentBrief, Id, Label, Page } from '@kefu/api'
import { api } from '@/app/http'

/** Why a customer has their tier, and why they stand in their segments. */
export interface Standing {
  tier: { value: Tier; how: 'agent' | 'import' | 'merged' | 'usual' | 'unrecorded'; at: string | null; by: { id: Id; name: string } | null }
  segments: SegmentReason[]
}

export interface SegmentReason {
  dimension: string
  value: string
  since: string
  rule_id: Id | null
  rule_name: string | null
  rule_version: number | null
  conditions: Record<string, unknown> | null
  evidence: { field: string; operator: string; value: unknown; holds: boolean; found: unknown }[]
}

export const readStanding = (customer: Id) => api.get<Standing>(`/customers/${customer}/standing`)

export type Tier = 'standard' | 'silver' | 'gold' | 'vip'
export const TIERS: Tier[] = ['standard', 'silver', 'gold', 'vip']
export const PURPOSES = ['service', 'marketing', 'survey', 'profiling', 'recording', 'care'] as const
export const REVEAL_REASONS = ['call_customer', 'check_identity', 'ship_order', 'refund', 'complaint', 'other'] as const
export const ERASURE_REASONS = ['customer_request', 'account_closed', 'retention', 'mistake'] as const

export interface CustomerRow {
  id: Id
  name: string
  avatar: string | null
  tier: Tier
  phone: string | null
  email: string | null
  labels: Label[]
  blocked_at: string | null
  first_seen_at: string
  last_seen_at: string
}

export interface Customer extends CustomerRow {
  locale: string | null
  attributes: Record<string, unknown>
  identities: { id: Id; kind: string; value: string; verified: boolean; scope: Id | null }[]
  verified_until: string | null
  consents: string[]
  created_at: string
  updated_at: string
  erased_at: string | null
  allowed: string[]
}

export interface Attribute {
  id: Id
  key: string
  name: string
  kind: 'text' | 'number' | 'date' | 'choice' | 'boolean'
  choices: string[]
  sensitive: boolean
}

export interface Note {
  id: Id
  text: string
  author: AgentBrief | null
  created_at: string
  changed_at: string | null
}

export interface Consent {
  id: Id
  purpose: (typeof PURPOSES)[number]
  channel: string
  evidence: string
  given_at: string
  withdrawn_at: string | null
}

export interface TimelineEntry {
  id: number
  kind: string
  at: string
  actor: AgentBrief | null
  conversation: Id | null
  details: Record<string, unknown>
  shown: Record<string, unknown> | null
}

export interface Revealed {
  phone: string | null
  email: string | null
  attributes: Record<string, unknown>
  identities: { id: Id; value: string }[]
}

const one = (id: Id) => `/customers/${id}`

export const readCustomer = (id: Id) => api.get<Customer>(one(id))
export const changeCustomer = (id: Id, change: Record<string, unknown>) => api.patch<Customer>(one(id), change)
export const block = (id: Id) => api.put<Customer>(`${one(id)}/block`)
export const unblock = (id: Id) => api.delete<Customer>(`${one(id)}/block`)
export const readAttributes = () => api.get<Page<Attribute>>('/customer-attributes', { limit: 100 })
export const readCustomerLabels = () => api.get<Page<Label>>('/customer-labels', { limit: 100 })
export const putLabels = (id: Id, labels: Id[]) => api.put(`${one(id)}/labels`, { labels })
export const readNotes = (id: Id, cursor: string | null = null) => api.get<Page<Note>>(`${one(id)}/notes`, { cursor })
export const addNote = (id: Id, text: string) => api.post<Note>(`${one(id)}/notes`, { text })
export const dropNote = (id: Id, note: Id) => api.delete(`${one(id)}/notes/${note}`)
export const readConsents = (id: Id) => api.get<Page<Consent>>(`${one(id)}/consents`)
export const giveConsent = (id: Id, body: { purpose: string; channel: string; evidence: string }) => api.post(`${one(id)}/consents`, body)
export const withdraw = (id: Id, consent: Id) => api.put(`${one(id)}/consents/${consent}/withdrawal`, { channel: 'console' })
export const readTimeline = (id: Id, cursor: string | null) => api.get<Page<TimelineEntry>>(`${one(id)}/timeline`, { cursor, limit: 20 })
export const reveal = (id: Id, reason: string) => api.post<Revealed>(`${one(id)}/reveal`, { reason })
export const erase = (id: Id, name: string, reason: string) => api.post(`${one(id)}/erasure`, { name, reason })
