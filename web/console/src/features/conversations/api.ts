/** The conversations' part of the HTTP contract. */

import type { ConversationRow, ConversationSnapshot, Id, Label, Message, Page, Problem } from '@kefu/api'
import { api } from '@/app/http'
import type { Filter } from './listing'

export interface Counts {
  mine: number
  waiting: number
  team: number
  all: number
  unread: number
}

export interface CannedReply {
  id: Id
  shortcut: string
  title: string
  text: string
  rendered: string | null
  scope: 'own' | 'team' | 'all'
  team_id: Id | null
  uses: number
}

export interface SavedView {
  id: Id
  name: string
  conditions: Record<string, unknown>
  scope: 'own' | 'team' | 'all'
  team_id: Id | null
  pinned: boolean
}

export interface ScheduledMessage {
  id: Id
  text: string
  due_at: string
  status?: string
}

export interface Hit {
  message: Message
  conversation: ConversationRow
  highlights: [number, number][]
}

export interface BulkAnswer {
  results: { id: Id; ok: boolean; problem: Problem | null }[]
  undo: { id: Id; until: string } | null
}

const one = (id: Id) => `/conversations/${id}`

export const readList = (filter: Filter, cursor: string | null) =>
  api.get<Page<ConversationRow>>('/conversations', { ...filter, cursor, limit: 40 })
export const readCounts = () => api.get<Counts>('/conversations/counts')
export const readOne = (id: Id) => api.get<ConversationSnapshot>(one(id))
export const readBefore = (id: Id, before: number, limit: number) =>
  api.get<{ messages: Message[]; has_more: boolean }>(`${one(id)}/messages`, { before, limit })
export const search = (q: string, cursor: string | null = null) => api.get<Page<Hit>>('/search/messages', { q, cursor })

export const recall = (id: Id, message: Id) => api.put(`${one(id)}/messages/${message}/recall`)
export const redeliver = (id: Id, message: Id) => api.post(`${one(id)}/messages/${message}/delivery`)
export const claim = (id: Id) => api.post(`${one(id)}/claim`)
export const transfer = (id: Id, body: { assignee_id: Id | null; team_id: Id | null; summary: string; reason: string }) =>
  api.put(`${one(id)}/assignment`, body)
export const close = (id: Id, reason: string | null = null) => api.put(`${one(id)}/closure`, { reason })
export const reopen = (id: Id) => api.delete(`${one(id)}/closure`)
export const snooze = (id: Id, until: string) => api.put(`${one(id)}/snooze`, { until })
export const wrapUp = (id: Id) => api.put(`${one(id)}/wrap-up`)
export const wake = (id: Id) => api.delete(`${one(id)}/snooze`)
export const label = (id: Id, labels: Id[]) => api.put(`${one(id)}/labels`, { labels })
export const prioritise = (id: Id, priority: number) => api.put(`${one(id)}/priority`, { priority })
export const block = (id: Id) => api.put(`${one(id)}/block`)
export const unblock = (id: Id) => api.delete(`${one(id)}/block`)
export const keepDraft = (id: Id, text: string) => (text ? api.put(`${one(id)}/draft`, { text }) : api.delete(`${one(id)}/draft`))
export const viewing = (id: Id) => api.put(`${one(id)}/viewing`)
export const leave = (id: Id) => api.delete(`${one(id)}/viewing`)
export const bulk = (ids: Id[], action: string, params: Record<string, unknown>) =>
  api.post<BulkAnswer>('/conversations/bulk', { ids, action, params })
export const undoBulk = (id: Id) => api.post<BulkAnswer>(`/conversations/bulk/${id}`)

export const readLabels = () => api.get<Page<Label>>('/labels')
export const readCanned = (q: string, conversation: Id) => api.get<Page<CannedReply>>('/canned-replies', { q, conversation, limit: 8 })
export const usedCanned = (id: Id, conversation: Id) => api.post(`/canned-replies/${id}/uses`, { conversation })
export const readViews = () => api.get<Page<SavedView>>('/saved-views')
export const readScheduled = (id: Id) => api.get<Page<ScheduledMessage>>(`${one(id)}/scheduled-messages`)
export const schedule = (id: Id, text: string, at: string) => api.post(`${one(id)}/scheduled-messages`, { text, due_at: at })
export const unschedule = (id: Id, message: Id) => api.delete(`${one(id)}/scheduled-messages/${message}`)
