/** Where a message comes from, and how a conversation came to whoever has it, in words. */

import type { Id, Timestamp } from '@kefu/api'
import { api } from '@/app/http'

export interface Someone {
  id: Id
  name: string
}

/** An automation rule in the version that acted; without a name it was removed. */
export interface RuleBehind {
  id: Id
  name: string | null
  version: number | null
}

export interface Origin {
  kind: 'customer' | 'agent' | 'scheduled' | 'rule' | 'notice' | 'event' | 'unknown'
  at: Timestamp
  by: Someone | null
  decided_at: Timestamp | null
  due_at: Timestamp | null
  rule: RuleBehind | null
  set_off: { cause: string; fact_kind: string | null; at: Timestamp } | null
  about: { code?: string; notice?: string; order?: Id; number?: string; anomaly?: string | null }
}

export const readOrigin = (conversation: Id, message: Id) => api.get<Origin>(`/conversations/${conversation}/messages/${message}/origin`)

type Say = (key: string, params?: Record<string, unknown>) => string

export function ruleWords(rule: RuleBehind, t: Say): string {
  if (rule.name === null) return t('conversations.origin.ruleGone')
  return rule.version === null ? t('conversations.origin.ruleNamed', { name: rule.name }) : t('conversations.origin.ruleVersion', { name: rule.name, version: rule.version })
}
