/** Rows and messages for tests. */

import type { ConversationRow, ConversationSnapshot, Message } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'

export const CONVERSATION = 'c1'
export const CUSTOMER = { id: 'u1', name: '林晓梅', avatar: null, tier: 'standard' }
export const AGENT = { id: 'a1', name: '陈思远', avatar: null }

export const at = (minute: number) => new Date(Date.UTC(2026, 2, 12, 9, minute)).toISOString()

export function aRow(change: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: CONVERSATION,
    inbox: { id: 'i1', name: '商城网页', channel: 'web_chat' },
    customer: CUSTOMER,
    status: 'active',
    priority: 1,
    assignee: AGENT,
    team: { id: 't1', name: '售前咨询组' },
    labels: [],
    last_seq: 0,
    last_message: null,
    unread: 0,
    customer_seen_seq: 0,
    agent_seen_seq: 0,
    delivered_seq: 0,
    created_at: at(0),
    updated_at: at(0),
    waiting_since: null,
    unanswered_since: null,
    first_replied_at: null,
    snoozed_until: null,
    closed_at: null,
    next_due_at: null,
    next_due_kind: null,
    rating: null,
    blocked: false,
    blocked_here: false,
    ...change,
  }
}

export function aMessage(seq: number, change: Partial<Message> = {}): Message {
  const mine = change.sender?.type === 'agent'
  return {
    id: `m${seq}`,
    conversation: CONVERSATION,
    seq,
    sender: mine ? { type: 'agent', ...AGENT } : { type: 'customer', id: CUSTOMER.id, name: CUSTOMER.name, avatar: null },
    kind: 'text',
    text: `第 ${seq} 句`,
    content: null,
    reply_to: null,
    at: at(seq),
    status: 'sent',
    error: null,
    recalled: false,
    ...change,
  }
}

export const byAgent = { sender: { type: 'agent' as const, ...AGENT } }

export function aSnapshot(row: ConversationRow, messages: Message[]): ConversationSnapshot {
  return { conversation: row, messages, has_more: false, viewers: [], draft: '', context: null, allowed: [] }
}

export function anEvent(kind: string, seq: number | null, data: unknown): EventFrame {
  return { t: 'event', kind, subject: CONVERSATION, conversation: CONVERSATION, seq, at: at(seq ?? 0), data }
}
