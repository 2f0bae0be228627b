/** Small things many screens need: labels, saved views, teams. Read once, kept a while. */

import type { Id, Label, Page } from '@kefu/api'
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/app/http'
import { readLabels, readViews, type SavedView } from './api'

const FRESH_FOR = 60_000

function shelf<T>(name: string, read: () => Promise<Page<T> | T[]>) {
  return defineStore(name, () => {
    const items = ref<T[]>([])
    let readAt = 0

    async function load(force = false): Promise<void> {
      if (!force && Date.now() - readAt < FRESH_FOR) return
      readAt = Date.now()
      const page = await read().catch(() => null)
      if (page) items.value = (Array.isArray(page) ? page : page.items) as never
      else readAt = 0
    }

    return { items, load }
  })
}

export const useLabels = shelf<Label>('labels', readLabels)
export const useViews = shelf<SavedView>('views', readViews)
export const useTeams = shelf<{ id: Id; name: string }>('teams', () => api.get('/teams', { limit: 100 }))
export const useInboxes = shelf<{ id: Id; name: string }>('inboxes', () => api.get('/inboxes'))
export const useCalendars = shelf<{ id: Id; name: string }>('calendars', () => api.get('/calendars', { limit: 100 }))
