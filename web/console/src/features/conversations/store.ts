/** The conversations known here: rows and threads, kept true by pushed events. */

import type { ConversationRow, Id } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { problemOf } from '@/app/http'
import { realtime } from '@/app/realtime'
import { worded } from '@/app/say'
import type { Problem } from '@kefu/api'
import { readBefore, readCounts, readOne, type Counts } from './api'
import { putRow, reducers } from './reducers'
import { nothingKnown, putMessage, takeSnapshot } from './state'

const OPEN_AT_MOST = 12
const PAGE = 50
const REACHED_BY = 100

export const useConversations = defineStore('conversations', () => {
  const known = reactive(nothingKnown())
  const current = ref<Id | null>(null)
  const counts = ref<Counts>({ mine: 0, waiting: 0, team: 0, all: 0, unread: 0 })
  const problems = reactive<Record<Id, Problem>>({})
  const recent: Id[] = []
  let countsTimer: ReturnType<typeof setTimeout> | undefined

  const row = computed(() => (current.value ? known.rows[current.value] : undefined))
  const thread = computed(() => (current.value ? known.threads[current.value] : undefined))

  function apply(event: EventFrame): void {
    reducers[event.kind]?.(known, event)
    recount()
  }

  /** Show a conversation: at once what is known, then what the server says. */
  async function open(id: Id): Promise<void> {
    current.value = id
    remember(id)
    if (!known.threads[id]) await load(id)
  }

  async function load(id: Id): Promise<void> {
    try {
      const snapshot = await readOne(id)
      takeSnapshot(known, snapshot)
      delete problems[id]
      realtime().subscribe(id, snapshot.conversation.last_seq)
    } catch (thrown) {
      problems[id] = worded(problemOf(thrown))
    }
  }

  /** Only what is on screen is worth reading again. */
  async function reread(id: Id): Promise<void> {
    if (known.threads[id]) await load(id)
  }

  /** Somebody else's now: what is shown in its place is what the server says to that. */
  async function lose(id: Id): Promise<void> {
    if (!known.threads[id]) return
    delete known.threads[id]
    await load(id)
  }

  async function loadOlder(id: Id, limit = PAGE): Promise<void> {
    const older = known.threads[id]
    const first = older?.messages[0]
    if (!older || !first || !older.has_more) return
    const page = await readBefore(id, first.seq, limit)
    for (const message of page.messages) putMessage(older, message)
    older.has_more = page.has_more
  }

  /** Load what was said before until this number is there. */
  async function reach(id: Id, seq: number): Promise<void> {
    for (;;) {
      const reached = known.threads[id]
      const first = reached?.messages[0]
      if (!first || !reached.has_more || first.seq <= seq) return
      await loadOlder(id, REACHED_BY)
    }
  }

  /** Threads stay subscribed while recently used, so that coming back costs nothing. */
  function remember(id: Id): void {
    const at = recent.indexOf(id)
    if (at >= 0) recent.splice(at, 1)
    recent.push(id)
    while (recent.length > OPEN_AT_MOST) {
      const oldest = recent.shift() as Id
      realtime().unsubscribe(oldest)
      delete known.threads[oldest]
    }
  }

  function takeRows(rows: ConversationRow[]): void {
    for (const one of rows) putRow(known, one)
  }

  function recount(): void {
    clearTimeout(countsTimer)
    countsTimer = setTimeout(() => void count(), 800)
  }

  async function count(): Promise<void> {
    counts.value = await readCounts().catch(() => counts.value)
  }

  /** Change a row on screen now; returns how to put it back. */
  function pretend(id: Id, change: Partial<ConversationRow>): () => void {
    const before = known.rows[id]
    if (!before) return () => undefined
    known.rows[id] = { ...before, ...change }
    return () => {
      if (known.rows[id]?.last_seq === before.last_seq) known.rows[id] = before
    }
  }

  return { known, current, row, thread, counts, problems, apply, open, load, reread, lose, loadOlder, reach, takeRows, recount, count, pretend }
})
