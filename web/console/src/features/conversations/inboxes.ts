/** Inboxes as their settings see them. */

import type { Id } from '@kefu/api'
import { i18n, t } from '@/app/i18n'

export interface Inbox {
  id: Id
  name: string
  channel: string
  colour: string
  locale: string
  team_id: Id | null
  calendar_id: Id | null
  greeting: string
  away_greeting: string
  allowed_origins: string[]
  require_identity: boolean
  retention_days: number | null
  settings: Record<string, unknown>
  archived_at: string | null
}

export interface Channel {
  name: string
  capabilities: { outside: boolean }
  settings_schema: { properties?: Record<string, { type?: string; anyOf?: { type?: string }[]; maxLength?: number }> }
}

export function channelName(channel: string): string {
  const key = `conversations.inboxes.channelName.${channel}`
  return i18n.global.te(key) ? t(key) : channel
}
