/** What somebody needs who takes a conversation over. */

import type { Id, Timestamp } from '@kefu/api'
import { api } from '@/app/http'

interface Someone {
  id: Id
  name: string
}

export interface HandOver {
  summary: string
  suggestion: string
  verified_until: Timestamp | null
  agents_met: number
  transfers: { at: Timestamp; reason: string; former: Someone | null; assignee: Someone | null; team: Someone | null }[]
  repeated_description: boolean
  promises: { kind: string; policies: { id: Id; name: string; seconds: number; business_time: boolean }[] }[]
}

export const readHandOver = (conversation: Id) => api.get<HandOver>(`/conversations/${conversation}/hand-over`)
