/** Which conversations a list shows, and in which order; kept true as events come in. */

import type { ConversationRow, Id } from '@kefu/api'

export type BuiltInView = 'mine' | 'waiting' | 'team' | 'all'
export const BUILT_IN: BuiltInView[] = ['mine', 'waiting', 'team', 'all']

export interface Filter {
  /** A built-in view, or the id of a saved one. */
  view: string
  status: string
  label: string
  inbox: string
}

export interface Viewer {
  id: Id
  teams: Id[]
}

export function aFilter(change: Partial<Filter> = {}): Filter {
  return { view: 'mine', status: '', label: '', inbox: '', ...change }
}

export const keyOf = (filter: Filter): string => Object.values(filter).join('\u0001')

/** Whether a row belongs to the list; null where only the server knows. */
export function belongs(row: ConversationRow, filter: Filter, viewer: Viewer): boolean | null {
  if (!BUILT_IN.includes(filter.view as BuiltInView)) return null
  return inView(row, filter.view as BuiltInView, viewer) && passes(row, filter)
}

function inView(row: ConversationRow, view: BuiltInView, viewer: Viewer): boolean {
  if (view === 'mine') return row.assignee?.id === viewer.id
  if (view === 'waiting') return row.status === 'waiting'
  if (view === 'team') return row.team !== null && viewer.teams.includes(row.team.id)
  return true
}

function passes(row: ConversationRow, filter: Filter): boolean {
  if (filter.status ? row.status !== filter.status : row.status === 'closed') return false
  if (filter.label && !row.labels.some((label) => label.id === filter.label)) return false
  return !filter.inbox || row.inbox.id === filter.inbox
}

/** As the server sorts: those who wait by how long they wait, all others by what happened last. */
export function inOrder(rows: ConversationRow[], view: string): ConversationRow[] {
  const waiting = view === 'waiting'
  return [...rows].sort((a, b) => (waiting ? text(a.waiting_since, b.waiting_since) : text(b.updated_at, a.updated_at)) || byId(a, b, waiting))
}

function byId(a: ConversationRow, b: ConversationRow, ascending: boolean): number {
  return (a.id < b.id ? -1 : 1) * (ascending ? 1 : -1)
}

/** Earlier first, without a time last. */
function text(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return Date.parse(a) - Date.parse(b)
}
