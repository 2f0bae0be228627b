/** What somebody needs who takes a conversation over. */

import type { Id, Priority, Timestamp } from '@kefu/api'
import { api } from '@/app/http'
import type { RuleBehind, Someone } from './origins'

export interface Hand {
  at: Timestamp
  how: string
  reason: string | null
  rule: RuleBehind | null
  by: Someone | null
  former: Someone | null
  assignee: Someone | null
  team: Someone | null
}

export interface HandOver {
  summary: string
  suggestion: string
  verified_until: Timestamp | null
  agents_met: number
  hands: Hand[]
  priority: { value: Priority; at: Timestamp | null; by: Someone | null; rule: RuleBehind | null }
  repeated_description: boolean
  promises: { kind: string; policies: { id: Id; name: string; seconds: number; business_time: boolean }[] }[]
}

export const readHandOver = (conversation: Id) => api.get<HandOver>(`/conversations/${conversation}/hand-over`)
