/** What each pushed event changes here. Pure: `snapshot + events == fresh snapshot` is tested. */

import type { ConversationRow, Message } from '@kefu/api'
import type { EventFrame, FrameOf, ResumedFrame, TypingFrame } from '@kefu/api/frames'
import { putMessage, type Known } from './state'

type Reducer = (known: Known, event: EventFrame) => void

const PREVIEW = 160

export const reducers: Record<string, Reducer> = {
  'message.received': arrived,
  'message.sent': arrived,
  'message.noted': arrived,
  'message.recalled': changed,
  'message.failed': changed,
  'message.delivered': changed,
  'conversation.opened': moved,
  'conversation.waiting': moved,
  'conversation.assigned': moved,
  'conversation.transferred': moved,
  'conversation.closed': moved,
  'conversation.reopened': moved,
  'conversation.snoozed': moved,
  'conversation.woken': moved,
  'conversation.wrapping_up': moved,
  'conversation.labelled': moved,
  'conversation.prioritised': moved,
  'conversation.rated': moved,
  'conversation.blocked': moved,
}

function arrived(known: Known, event: EventFrame): void {
  const message = event.data as Message
  const thread = known.threads[message.conversation]
  if (thread) {
    putMessage(thread, message)
    delete thread.typing[message.sender.id ?? '']
  }
  const row = known.rows[message.conversation]
  if (!row || message.seq <= row.last_seq) return
  row.last_seq = message.seq
  if (message.kind !== 'note') showInRow(row, message)
}

function showInRow(row: ConversationRow, message: Message): void {
  row.updated_at = message.at
  row.last_message = {
    preview: message.text.slice(0, PREVIEW),
    sender_type: message.sender.type,
    kind: message.kind,
    at: message.at,
  }
  if (message.sender.type === 'customer') {
    row.unread += 1
    row.unanswered_since ??= message.at
  } else if (message.sender.type === 'agent') {
    row.first_replied_at ??= message.at
    row.unanswered_since = null
  }
}

function changed(known: Known, event: EventFrame): void {
  const message = event.data as Message
  const thread = known.threads[message.conversation]
  const row = known.rows[message.conversation]
  if (thread?.messages.some((one) => one.id === message.id)) putMessage(thread, message)
  if (row && event.seq != null) row.last_seq = Math.max(row.last_seq, event.seq)
  if (row && message.recalled && row.last_message?.at === message.at) row.last_message.preview = ''
}

function moved(known: Known, event: EventFrame): void {
  putRow(known, event.data as ConversationRow)
}

/** Rows arrive by several ways; an older one never replaces a newer one. Changed columns alone are no row. */
export function putRow(known: Known, row: ConversationRow): void {
  const before = known.rows[row.id]
  if (!before && !isWhole(row)) return
  if (before && row.last_seq < before.last_seq) return
  known.rows[row.id] = { ...before, ...row }
}

/** Lists are told of changed columns only: of a conversation that is not known yet, that is not enough. */
export const isWhole = (row: ConversationRow): boolean => 'customer' in row

export function resumed(known: Known, frame: ResumedFrame): void {
  const thread = known.threads[frame.conversation]
  if (thread) for (const message of frame.messages) putMessage(thread, message)
  if (frame.conversation_row) putRow(known, frame.conversation_row)
}

export function seen(known: Known, frame: FrameOf<'seen'>): void {
  const row = known.rows[frame.conversation]
  if (!row) return
  if (frame.by === 'customer') {
    row.customer_seen_seq = Math.max(row.customer_seen_seq, frame.seq)
    row.delivered_seq = Math.max(row.delivered_seq, frame.seq)
  } else if (frame.by === 'delivered') {
    row.delivered_seq = Math.max(row.delivered_seq, frame.seq)
  } else {
    row.agent_seen_seq = Math.max(row.agent_seen_seq, frame.seq)
    row.unread = frame.seq >= row.last_seq ? 0 : Math.min(row.unread, row.last_seq - frame.seq)
  }
}

export function typing(known: Known, frame: TypingFrame, now: number): void {
  const thread = known.threads[frame.conversation]
  if (!thread) return
  const id = frame.who === 'customer' ? (known.rows[frame.conversation]?.customer.id ?? 'customer') : (frame.agent ?? frame.name)
  if (frame.text === '' && frame.who === 'customer') delete thread.typing[id]
  else thread.typing[id] = { who: frame.who, name: frame.name, text: frame.text ?? '', at: now }
}

export function viewers(known: Known, frame: FrameOf<'viewers'>): void {
  const thread = known.threads[frame.conversation]
  if (thread) thread.viewers = frame.agents
}
