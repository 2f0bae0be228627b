/** The agent's notifications, kept true by pushed events. */

import type { Id, Page } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { ring } from '@/app/attention'
import { api } from '@/app/http'
import { nothing, reducers, type Notification } from './reducers'

export const useNotifications = defineStore('notifications', () => {
  const known = reactive(nothing())
  let cursor: string | null = null

  function apply(event: EventFrame): void {
    reducers[event.kind]?.(known, event)
    const alert = (event.data as { alert?: { sound?: boolean } } | null)?.alert
    if (event.kind === 'notification.created' && alert?.sound) ring()
  }

  async function count(): Promise<void> {
    known.unread = (await api.get<{ unread: number }>('/notifications/count')).unread
  }

  async function load(more = false): Promise<void> {
    const page = await api.get<Page<Notification>>('/notifications', { cursor: more ? cursor : null, limit: 30 })
    known.items = more ? [...known.items, ...page.items] : page.items
    known.more = page.next_cursor !== null
    cursor = page.next_cursor
  }

  /** Read on screen at once; put back when the server refuses. */
  async function read(ids: Id[] | null): Promise<void> {
    const before = known.items.map((one) => ({ ...one }))
    const unread = known.unread
    const at = new Date().toISOString()
    for (const one of known.items) if (ids === null || ids.includes(one.id)) one.read_at ??= at
    try {
      known.unread = (await api.put<{ unread: number }>('/notifications/read', ids ? { ids } : { all: true })).unread
    } catch (thrown) {
      known.items = before
      known.unread = unread
      throw thrown
    }
  }

  return { known, apply, count, load, read }
})
