/** What pushed events change among the notifications. */

import type { Id } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'

export interface Notification {
  id: Id
  kind: string
  subject_kind: string
  subject: Id
  conversation: Id | null
  actor: Id | null
  params: Record<string, unknown>
  /** What it is about; pushed ones have ids only. */
  about?: string | null
  count: number
  at: string
  read_at: string | null
}

export interface Known {
  items: Notification[]
  unread: number
  more: boolean
}

export const nothing = (): Known => ({ items: [], unread: 0, more: false })

export const reducers: Record<string, (known: Known, event: EventFrame) => void> = {
  'notification.created': (known, event) => {
    const { alert: _alert, ...created } = event.data as Notification & { alert?: unknown }
    const before = known.items.find((one) => one.id === created.id)
    known.items = [created, ...known.items.filter((one) => one.id !== created.id)]
    if (created.read_at === null && (!before || before.read_at !== null)) known.unread += before || created.count === 1 ? 1 : 0
  },
  'notification.read': (known, event) => {
    const { ids, unread } = event.data as { ids: Id[]; unread: number }
    for (const one of known.items) if (ids.includes(one.id)) one.read_at ??= event.at
    known.unread = unread
  },
}
