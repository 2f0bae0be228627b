/** Lists of conversations: a page from the server, kept true as events come in, still while being read. */

import type { ConversationRow, Id, Problem } from '@kefu/api'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { problemOf } from '@/app/http'
import { worded } from '@/app/say'
import { useSession } from '@/app/session'
import { readList } from './api'
import { aFilter, belongs, inOrder, keyOf, type Filter } from './listing'
import { isWhole } from './reducers'
import { useConversations } from './store'

export const useLists = defineStore('conversation-lists', () => {
  const conversations = useConversations()
  const session = useSession()

  const filter = ref<Filter>(aFilter())
  const ids = ref<Id[]>([])
  const loading = ref(false)
  const problem = ref<Problem | null>(null)
  /** While somebody reads further down, nothing moves; what came meanwhile is counted. */
  const still = ref(false)
  const held = ref(0)
  let cursor: string | null = null
  let turn = 0
  let again: ReturnType<typeof setTimeout> | undefined

  const viewer = computed(() => ({ id: session.me?.id ?? '', teams: session.me?.teams.map((team) => team.id) ?? [] }))
  const rows = computed(() =>
    ids.value.map((id) => conversations.known.rows[id]).filter((row): row is ConversationRow => row !== undefined),
  )

  async function load(wanted: Filter = filter.value): Promise<void> {
    const fresh = keyOf(wanted) !== keyOf(filter.value)
    filter.value = wanted
    if (fresh) ids.value = []
    await read(null)
  }

  async function loadMore(): Promise<void> {
    if (cursor && !loading.value) await read(cursor)
  }

  async function read(from: string | null): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const page = await readList(filter.value, from)
      if (mine !== turn) return
      conversations.takeRows(page.items)
      const read = page.items.map((row) => row.id)
      ids.value = from ? [...new Set([...ids.value, ...read])] : read
      cursor = page.next_cursor
      problem.value = null
      held.value = 0
    } catch (thrown) {
      if (mine === turn) problem.value = worded(problemOf(thrown))
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  /** A row changed: let it in, let it go, move it; ask again where only the server knows. */
  function consider(row: ConversationRow): void {
    const fits = belongs(row, filter.value, viewer.value)
    const isHere = ids.value.includes(row.id)
    if (fits === null || !isWhole(row)) return readAgainSoon()
    if (!fits) {
      if (isHere && row.id !== conversations.current) ids.value = ids.value.filter((id) => id !== row.id)
    } else if (still.value) held.value += isHere ? 0 : 1
    else sort(isHere ? ids.value : [...ids.value, row.id])
  }

  /** A row that no longer belongs here stays while it is open, and goes when another is opened. */
  watch(() => conversations.current, (_, left) => {
    const row = left ? conversations.known.rows[left] : undefined
    if (row && belongs(row, filter.value, viewer.value) === false) ids.value = ids.value.filter((id) => id !== left)
  })

  function sort(list: Id[]): void {
    const found = list.map((id) => conversations.known.rows[id]).filter((row): row is ConversationRow => !!row)
    ids.value = inOrder(found, filter.value.view).map((row) => row.id)
  }

  function readAgainSoon(): void {
    clearTimeout(again)
    again = setTimeout(() => !still.value && void read(null), 1500)
  }

  watch(still, (now) => {
    if (!now && held.value > 0) void read(null)
  })

  /** The next or previous in the list as it stands. */
  function beside(id: Id | null, by: 1 | -1): Id | null {
    if (ids.value.length === 0) return null
    const at = id ? ids.value.indexOf(id) : -1
    if (at < 0) return ids.value[0] ?? null
    return ids.value[Math.min(ids.value.length - 1, Math.max(0, at + by))] ?? null
  }

  return { filter, ids, rows, loading, problem, still, held, load, loadMore, consider, beside }
})
