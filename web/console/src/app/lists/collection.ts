/** A list that lives on the server: paged by cursor, changed in place. */

import type { Page, Problem } from '@kefu/api'
import { ref, shallowRef, type Ref } from 'vue'
import { api, problemOf } from '../http'
import { worded } from '../say'

export interface Collection<T> {
  items: Ref<T[]>
  loading: Ref<boolean>
  problem: Ref<Problem | null>
  more: Ref<boolean>
  load: (query?: Record<string, string | number | boolean | null | undefined>) => Promise<void>
  loadMore: () => Promise<void>
  create: (body: unknown) => Promise<T>
  change: (id: string, body: unknown) => Promise<T>
  remove: (id: string) => Promise<void>
}

export function useCollection<T extends { id: string }>(path: string, fixed: Record<string, string> = {}): Collection<T> {
  const items = shallowRef<T[]>([])
  const loading = ref(true)
  const problem = ref<Problem | null>(null)
  const more = ref(false)
  let cursor: string | null = null
  let query: Parameters<Collection<T>['load']>[0] = {}
  let turn = 0

  async function read(from: string | null): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const page = await api.get<Page<T> | T[]>(path, { ...fixed, ...query, cursor: from })
      if (mine !== turn) return
      const read = Array.isArray(page) ? { items: page, next_cursor: null } : page
      items.value = from ? [...items.value, ...read.items] : read.items
      cursor = read.next_cursor
      more.value = cursor !== null
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = worded(problemOf(thrown))
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  return {
    items,
    loading,
    problem,
    more,
    load: (wanted) => {
      query = wanted ?? query
      return read(null)
    },
    loadMore: async () => {
      if (cursor && !loading.value) await read(cursor)
    },
    create: async (body) => {
      const made = await api.post<T>(path, body)
      await read(null)
      return made
    },
    change: async (id, body) => {
      const changed = await api.patch<T>(`${path}/${id}`, body)
      await read(null)
      return changed
    },
    remove: async (id) => {
      await api.delete(`${path}/${id}`)
      items.value = items.value.filter((item) => item.id !== id)
    },
  }
}
