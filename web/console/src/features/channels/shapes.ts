/** Shapes of webhooks and of a line's health. */

import type { Id, InboxBrief } from '@kefu/api'

export interface Webhook {
  id: Id
  name: string
  url: string
  kinds: string[]
  enabled: boolean
  failures: number
  failing_since: string | null
  disabled_reason: string | null
}

export interface Delivery {
  id: Id
  kind: string
  status: 'waiting' | 'delivered' | 'failed'
  attempts: number
  due_at: string
  response_status: number | null
  milliseconds: number | null
  response: string
  error: string | null
  replay_of: Id | null
  created_at: string
  request?: Record<string, unknown>
}

export interface Health {
  inbox: InboxBrief
  status: 'unknown' | 'ok' | 'broken'
  since: string | null
  checked_at: string | null
  milliseconds: number | null
  failures: number
  error: string | null
}
