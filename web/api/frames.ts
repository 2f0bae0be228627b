/** The frames of the realtime protocol, the same over a socket and over long polling. */

import type {
  AgentBrief,
  ConversationRow,
  Id,
  Message,
  MessageContent,
  MessageKind,
  Problem,
  Timestamp,
} from './contract'

export interface SendFrame {
  t: 'send'
  id: Id
  conversation: Id
  kind: MessageKind
  text?: string
  content?: MessageContent
  reply_to?: Id
}

export interface Subscription {
  conversation: Id
  seq: number
}

export type ClientFrame =
  | { t: 'hello'; token?: string; locale?: string; subscriptions?: Subscription[] }
  | SendFrame
  | ({ t: 'subscribe' } & Subscription)
  | { t: 'unsubscribe'; conversation: Id }
  | { t: 'typing'; conversation: Id; text?: string }
  | { t: 'seen'; conversation: Id; seq: number }
  | { t: 'beat' }

export interface EventFrame {
  t: 'event'
  kind: string
  subject: Id
  conversation?: Id | null
  seq?: number | null
  at: Timestamp
  actor?: Id | null
  details?: Record<string, unknown>
  data: unknown
}

export interface AckFrame {
  t: 'ack'
  id: Id
  conversation: Id
  seq: number
  at: Timestamp
  duplicate?: true
}

export interface ResumedFrame {
  t: 'resumed'
  conversation: Id
  last_seq: number
  conversation_row: ConversationRow | null
  messages: Message[]
}

export interface TypingFrame {
  t: 'typing'
  conversation: Id
  who: 'customer' | 'agent'
  agent?: Id | null
  name: string
  text?: string | null
}

export type ServerFrame =
  | { t: 'ready'; server_time: Timestamp; heartbeat: number; agent?: unknown; visitor?: unknown }
  | AckFrame
  | { t: 'error'; id?: Id | null; problem: Problem }
  | EventFrame
  | ResumedFrame
  | { t: 'reload'; conversation: Id }
  | { t: 'gone'; conversation: Id }
  | TypingFrame
  | { t: 'seen'; conversation: Id; by: 'customer' | 'agent' | 'delivered'; seq: number }
  | { t: 'viewers'; conversation: Id; agents: AgentBrief[] }
  | { t: 'rows'; rows: ConversationRow[] }
  | { t: 'beat'; seqs: Record<Id, number>; server_time: Timestamp }
  | { t: 'banner'; code: string }

export type FrameOf<T extends ServerFrame['t']> = Extract<ServerFrame, { t: T }>
