/** The shapes of the HTTP and realtime contract that the console and the widget share. */

export type Id = string
export type Timestamp = string

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export interface Problem {
  type?: string
  title: string
  status: number
  code: string
  detail?: string | null
  field?: string | null
  limit?: unknown
  request_id?: string
}

export type SenderType = 'customer' | 'agent' | 'bot' | 'system'

export interface Sender {
  type: SenderType
  id: Id | null
  name: string
  avatar?: string | null
}

export type MessageKind =
  | 'text'
  | 'picture'
  | 'file'
  | 'voice'
  | 'product'
  | 'order'
  | 'article'
  | 'choices'
  | 'form'
  | 'system'
  | 'note'

export type MessageStatus = 'sent' | 'delivered' | 'read' | 'failed'

export type MessageContent = Record<string, unknown>

export interface Message {
  id: Id
  conversation: Id
  seq: number
  sender: Sender
  kind: MessageKind
  text: string
  content: MessageContent | null
  reply_to: Id | null
  at: Timestamp
  status: MessageStatus
  error?: string | null
  recalled: boolean
  mentions?: Id[]
}

export interface FileContent {
  file: Id
  name: string
  type: string
  size: number
  url: string
  width?: number
  height?: number
  seconds?: number
}

export interface ProductContent {
  id: string
  title: string
  price: number | string
  currency: string
  image?: string | null
  url?: string | null
}

export interface OrderContent {
  id?: string
  number: string
  status: string
  amount: number | string
  currency: string
  image?: string | null
  url?: string | null
}

export interface ArticleContent {
  id: string
  title: string
  summary: string
  url: string
}

export interface ChoicesContent {
  options: { id: string; label: string }[]
}

export interface FormContent {
  fields: { name: string; label: string; type: string; required?: boolean }[]
  submitted?: Record<string, string> | null
}

export interface SystemContent {
  code: string
  params?: Record<string, string | number | null>
}

export type ConversationStatus =
  | 'bot'
  | 'waiting'
  | 'active'
  | 'snoozed'
  | 'wrapping_up'
  | 'closed'

export type Priority = 0 | 1 | 2 | 3

export interface Label {
  id: Id
  name: string
  colour: string
}

export interface AgentBrief {
  id: Id
  name: string
  avatar?: string | null
}

export interface TeamBrief {
  id: Id
  name: string
}

export interface CustomerBrief {
  id: Id
  name: string
  avatar?: string | null
  tier?: string | null
}

export interface InboxBrief {
  id: Id
  name: string
  channel: string
}

export interface LastMessage {
  preview: string
  sender_type: SenderType
  kind: MessageKind
  at: Timestamp
}

export interface ConversationRow {
  id: Id
  inbox: InboxBrief
  customer: CustomerBrief
  status: ConversationStatus
  priority: Priority
  assignee: AgentBrief | null
  team: TeamBrief | null
  labels: Label[]
  last_seq: number
  last_message: LastMessage | null
  unread: number
  customer_seen_seq: number
  agent_seen_seq: number
  delivered_seq: number
  created_at: Timestamp
  updated_at: Timestamp
  waiting_since: Timestamp | null
  first_replied_at: Timestamp | null
  snoozed_until: Timestamp | null
  closed_at: Timestamp | null
  next_due_at: Timestamp | null
  next_due_kind: string | null
  rating: { score: number; comment: string | null } | null
  unanswered_since?: Timestamp | null
  close_reason?: string | null
  summary?: string
  blocked?: boolean
  /** Whether the conversation itself was blocked; if not, its customer is. */
  blocked_here?: boolean
}

/** What a visitor is told of its conversation. */
export interface VisitorConversation {
  id: Id
  status: ConversationStatus
  last_seq: number
  agent?: { name: string; avatar?: string | null } | null
  agent_seen_seq?: number
  customer_seen_seq?: number
  rated?: boolean
  created_at?: Timestamp
  closed_at?: Timestamp | null
}

export interface PageView {
  url: string
  title?: string | null
  at?: Timestamp | null
}

export interface ConversationContext {
  pages?: PageView[]
  product?: ProductContent | null
  order?: OrderContent | null
  browser?: string | null
  os?: string | null
  locale?: string | null
  ip?: string | null
  referrer?: string | null
  [key: string]: unknown
}

export interface ConversationSnapshot {
  conversation: ConversationRow
  messages: Message[]
  has_more: boolean
  viewers: AgentBrief[]
  draft: string | null
  context: ConversationContext | null
  allowed: string[]
}
