/** What conditions and actions choose from: teams, labels, inboxes. Read once, kept a while. */

import { reactive } from 'vue'
import { api } from '../http'

export interface Choice {
  value: string
  label: string
}

interface Row {
  id: string
  name?: string
  title?: string
  shortcut?: string
}

const PATHS: Record<string, string> = {
  team: '/teams',
  department: '/departments',
  inbox: '/inboxes',
  label: '/labels',
  customer_label: '/customer-labels',
  canned_reply: '/canned-replies',
}
const FRESH_FOR = 60_000
const shelves = reactive<Record<string, Choice[]>>({})
const readAt = new Map<string, number>()

export const hasShelf = (kind: string): boolean => kind in PATHS

/** The choices of a kind of reference; they arrive when they are read. */
export function choicesOf(kind: string): Choice[] {
  const path = PATHS[kind]
  if (path && Date.now() - (readAt.get(kind) ?? 0) > FRESH_FOR) {
    readAt.set(kind, Date.now())
    void read(kind, path)
  }
  return shelves[kind] ?? []
}

async function read(kind: string, path: string): Promise<void> {
  try {
    const page = await api.get<{ items: Row[] } | Row[]>(path, { limit: 100 })
    const rows = Array.isArray(page) ? page : page.items
    shelves[kind] = rows.map((row) => ({ value: row.id, label: row.name ?? row.title ?? row.shortcut ?? row.id }))
  } catch {
    readAt.delete(kind)
  }
}
