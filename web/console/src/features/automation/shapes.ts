/** Shapes of rules, their log and approvals. */

import type { Id } from '@kefu/api'
import type { FieldInfo, Tree } from '@/app/conditions'

export interface Choice {
  value: string
  label: string
}

export interface ParamInfo {
  name: string
  kind: string
  label: string
  required: boolean
  least: number
  most: number
  choices: Choice[]
}

export interface Offers {
  subjects: { kind: string; label: string; fields: FieldInfo[] }[]
  triggers: { name: string; subject: string; label: string; fields: FieldInfo[] }[]
  actions: { name: string; label: string; subjects: string[]; params: ParamInfo[] }[]
  always: FieldInfo[]
}

export interface Step {
  action: string
  params: Record<string, unknown>
}

export interface Timing {
  every_minutes?: number
  daily_at?: string
  zone?: string
  weekdays?: string[]
}

export interface Rule {
  id: Id
  name: string
  note: string
  position: number
  active: boolean
  subject_kind: string
  trigger: string | null
  timing: Timing | null
  conditions: Tree
  actions: Step[]
  again_after_seconds: number
  hourly_limit: number
  version: number
  paused_reason: string | null
  paused_at: string | null
  looked: number
  matched: number
  failed: number
  refused: number
  last_matched_at: string | null
}

export interface Run {
  id: Id
  rule_id: Id
  rule_name: string
  version: number
  cause: 'fact' | 'time' | 'retry'
  fact_kind: string | null
  subject_kind: string
  subject: Id
  title: string
  conversation: Id | null
  customer: Id | null
  outcome: 'done' | 'failed' | 'not_matched' | 'refused'
  reason: { code: string; tests?: { place: string; field: string; operator: string; value: unknown }[] } | null
  actions: { action: string; result: string; code?: string }[]
  depth: number
  duration_ms: number
  retried_at: string | null
  at: string
}

export interface Sample {
  subject: Id
  title: string
  at?: string | null
}

export interface Preview {
  now: { count: number; more: boolean; samples: Sample[] } | null
  facts: { looked: number; matched: number; samples: Sample[]; reasons: { place: string; count: number }[] } | null
}

export interface Explanation {
  subject: Id
  title: string
  matches: boolean
  tests: { place: string; holds: boolean }[]
  too_soon: boolean
  fact_at: string | null
}

interface Person {
  id: Id
  name: string
}

export interface Approval {
  id: Id
  what: string
  subject_kind: string
  subject: Id
  conversation: Id | null
  customer: Id | null
  amount: number | null
  currency: string | null
  limit: number | null
  reason: string
  state: 'pending' | 'granted' | 'denied' | 'withdrawn'
  comment: string
  due_at: string | null
  overdue: boolean
  escalated_at: string | null
  decided_at: string | null
  created_at: string
  approver_role: string | null
  approver_department: string | null
  may_decide: boolean
  may_withdraw: boolean
  requested_by: Person | null
  approver: Person | null
  delegated_to: Person | null
  escalated_to: Person | null
  decided_by: Person | null
  history?: { kind: string; at: string; actor: string | null; approver: string | null }[]
}

export interface ApprovalPolicy {
  id: Id
  name: string
  position: number
  active: boolean
  kinds: string[]
  from_amount: number | null
  below_amount: number | null
  currency: string
  approver_id: Id | null
  approver_role: string | null
  approver_department_id: Id | null
  deadline_seconds: number
}

/** The fields a rule's conditions may look at. */
export function fieldsFor(offers: Offers, subject: string, trigger: string | null): FieldInfo[] {
  const own = offers.subjects.find((one) => one.kind === subject)?.fields ?? []
  const ofFact = offers.triggers.find((one) => one.name === trigger)?.fields ?? []
  return [...ofFact, ...own, ...offers.always]
}

export function money(amount: number | null, currency: string | null, locale: string): string {
  if (amount === null) return '—'
  return new Intl.NumberFormat(locale, { style: 'currency', currency: currency ?? 'CNY' }).format(amount / 100)
}
