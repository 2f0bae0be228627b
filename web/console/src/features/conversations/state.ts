/** What the workspace knows: rows of conversations, and the threads that are open. */

import type { AgentBrief, ConversationContext, ConversationRow, ConversationSnapshot, Id, Message } from '@kefu/api'

export interface Thread {
  messages: Message[]
  has_more: boolean
  viewers: AgentBrief[]
  typing: Record<string, Typing>
  draft: string
  context: ConversationContext | null
  allowed: string[]
}

export interface Typing {
  who: 'customer' | 'agent'
  name: string
  text: string
  at: number
}

export interface Known {
  rows: Record<Id, ConversationRow>
  threads: Record<Id, Thread>
}

export function nothingKnown(): Known {
  return { rows: {}, threads: {} }
}

/** A fresh snapshot replaces what was known, except older pages already read. */
export function takeSnapshot(known: Known, snapshot: ConversationSnapshot): void {
  const { conversation, messages } = snapshot
  known.rows[conversation.id] = conversation
  known.threads[conversation.id] = {
    messages,
    has_more: snapshot.has_more,
    viewers: snapshot.viewers ?? [],
    typing: {},
    draft: snapshot.draft ?? '',
    context: snapshot.context,
    allowed: snapshot.allowed ?? [],
  }
}

/** Keeps messages in the order of `seq`; one with a known id replaces the earlier one. */
export function putMessage(thread: Thread, message: Message): void {
  const { messages } = thread
  const at = messages.findIndex((known) => known.id === message.id)
  if (at >= 0) {
    messages.splice(at, 1, message)
    return
  }
  let place = messages.length
  while (place > 0 && (messages[place - 1] as Message).seq > message.seq) place -= 1
  messages.splice(place, 0, message)
}

/** How far one of our messages came, by its own word and by how far the other side has read. */
export function progress(message: Message, row: ConversationRow | undefined): Message['status'] {
  if (message.status === 'failed' || !row) return message.status
  const theirs = message.sender.type === 'customer'
  if (message.seq <= (theirs ? row.agent_seen_seq : row.customer_seen_seq)) return 'read'
  if (!theirs && message.seq <= row.delivered_seq) return 'delivered'
  return 'sent'
}
