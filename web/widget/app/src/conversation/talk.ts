/** The conversation as it stands: what the server said, what is still on its way, who is typing. */

import type { Id, Message, MessageStatus, Problem } from '@kefu/api'
import type { AckFrame, EventFrame, SendFrame } from '@kefu/api/frames'
import type { OutboxEntry } from '@kefu/kit/realtime'
import { computed, reactive } from 'vue'
import { type Row, type Seen, reducers } from './reducers'

/** A message as shown: ours may still be waiting or have failed. */
export interface Line extends Omit<Message, 'status' | 'error'> {
  mine: boolean
  state: 'waiting' | MessageStatus
  problem?: Problem
}

const TYPING_LASTS = 6000
const RANK: Record<MessageStatus, number> = { failed: 0, sent: 1, delivered: 2, read: 3 }

export function talk() {
  const seen: Seen = reactive({
    conversation: null,
    messages: new Map<Id, Message>(),
    more: false,
    unsent: [] as OutboxEntry[],
    agentSeen: 0,
    mySeen: 0,
    typing: null,
  })
  const frames = new Map<Id, SendFrame>()
  let typingEnds: ReturnType<typeof setTimeout> | undefined

  const said = computed(() => [...seen.messages.values()].sort((a, b) => a.seq - b.seq))
  // What was refused stays where it was written; what waits comes last.
  const settled = computed<Line[]>(() => {
    const lines = said.value.map((message) => confirmed(message, seen.agentSeen))
    for (const entry of seen.unsent) {
      if (entry.state !== 'failed' || seen.messages.has(entry.frame.id)) continue
      const at = lines.findIndex((line) => Date.parse(line.at) > entry.at)
      lines.splice(at < 0 ? lines.length : at, 0, unconfirmed(entry))
    }
    return lines
  })
  const lines = computed<Line[]>(() => [
    ...settled.value,
    ...seen.unsent.filter(({ frame, state }) => state === 'waiting' && !seen.messages.has(frame.id)).map(unconfirmed),
  ])
  const unread = computed(
    () => said.value.filter(({ seq, sender, kind }) => seq > seen.mySeen && isTheirs(sender.type) && kind !== 'system').length,
  )

  /** The visitor wants a person and none has answered yet. */
  const askedForPerson = computed(() => {
    if (seen.conversation?.agent || seen.conversation?.status === 'closed') return false
    const asked = lines.value.findLastIndex(({ kind, content }) => kind === 'system' && content?.code === 'human_requested')
    return asked >= 0 && !lines.value.slice(asked).some(({ sender }) => sender.type === 'agent')
  })

  function upsert(message: Message): void {
    const known = seen.messages.get(message.id)
    const behind = known && RANK[known.status] > RANK[message.status] && message.status !== 'failed'
    seen.messages.set(message.id, behind ? { ...message, status: known.status } : message)
    if (isTheirs(message.sender.type)) stopTyping()
  }

  function stopTyping(): void {
    clearTimeout(typingEnds)
    seen.typing = null
  }

  return {
    seen,
    lines,
    unread,
    askedForPerson,
    snapshot(conversation: Row | null, messages: Message[], more: boolean): void {
      if (conversation?.id !== seen.conversation?.id) seen.mySeen = seen.agentSeen = 0
      seen.conversation = conversation
      seen.messages = new Map(messages.map((message) => [message.id, message]))
      seen.more = more
      seen.mySeen = Math.max(seen.mySeen, conversation?.customer_seen_seq ?? conversation?.last_seq ?? 0)
      seen.agentSeen = Math.max(seen.agentSeen, conversation?.agent_seen_seq ?? 0)
    },
    older(messages: Message[], more: boolean): void {
      messages.forEach(upsert)
      seen.more = more
    },
    resumed(row: Row | null, messages: Message[]): void {
      messages.forEach(upsert)
      if (!row || row.id !== seen.conversation?.id) return
      seen.conversation = { ...seen.conversation, ...row }
      seen.agentSeen = Math.max(seen.agentSeen, row.agent_seen_seq ?? 0)
    },
    apply(event: EventFrame): void {
      const family = event.kind.split('.')[0] ?? ''
      reducers[family]?.(seen, event, upsert)
    },
    outbox(entries: OutboxEntry[]): void {
      for (const { frame } of entries) frames.set(frame.id, frame)
      seen.unsent = entries.map((entry) => ({ ...entry }))
    },
    /** The server has it: what waited becomes a message, even before its event comes back to us. */
    acknowledged(ack: AckFrame): void {
      const frame = frames.get(ack.id)
      frames.delete(ack.id)
      if (!frame || seen.messages.has(ack.id)) return
      upsert({ ...written(frame), conversation: ack.conversation, seq: ack.seq, at: ack.at, status: 'sent' })
    },
    agentTypes(name: string): void {
      seen.typing = { name }
      clearTimeout(typingEnds)
      typingEnds = setTimeout(stopTyping, TYPING_LASTS)
    },
    agentSaw(seq: number): void {
      seen.agentSeen = Math.max(seen.agentSeen, seq)
    },
    /** Everything up to the newest is on screen; its number. */
    sawAll(): number {
      seen.mySeen = said.value.at(-1)?.seq ?? seen.mySeen
      return seen.mySeen
    },
  }
}

export type Talk = ReturnType<typeof talk>

export const isTheirs = (type: string): boolean => type === 'agent' || type === 'bot'

function confirmed(message: Message, agentSeen: number): Line {
  const mine = message.sender.type === 'customer'
  const state = mine && message.status !== 'failed' && message.seq <= agentSeen ? 'read' : message.status
  const problem = typeof message.error === 'object' ? (message.error ?? undefined) : undefined
  return { ...message, mine, state, problem }
}

function unconfirmed({ frame, at, state, problem }: OutboxEntry): Line {
  return { ...written(frame), at: new Date(at).toISOString(), mine: true, state, problem }
}

function written(frame: SendFrame): Message {
  return {
    id: frame.id,
    conversation: frame.conversation,
    seq: Number.MAX_SAFE_INTEGER,
    sender: { type: 'customer', id: null, name: '' },
    kind: frame.kind,
    text: frame.text ?? '',
    content: frame.content ?? null,
    reply_to: frame.reply_to ?? null,
    at: '',
    status: 'sent',
    recalled: false,
  }
}
