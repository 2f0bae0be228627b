import type { ConversationRow, Message } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import { describe, expect, test } from 'vitest'
import { aMessage, AGENT, anEvent, aRow, aSnapshot, at, byAgent, CONVERSATION } from './factories'
import { putRow, reducers, resumed, seen, typing, viewers } from './reducers'
import { nothingKnown, progress, takeSnapshot, type Known } from './state'

function after(row: ConversationRow, messages: Message[], events: EventFrame[] = []): Known {
  const known = nothingKnown()
  takeSnapshot(known, structuredClone(aSnapshot(row, messages)))
  for (const event of structuredClone(events)) reducers[event.kind]?.(known, event)
  return known
}

const first = aMessage(1)
const start = aRow({ last_seq: 1, last_message: { preview: first.text, sender_type: 'customer', kind: 'text', at: first.at }, unread: 1, updated_at: at(1), unanswered_since: at(1) })

interface Case {
  event: EventFrame
  row: Partial<ConversationRow>
  messages?: Message[]
}

const received = aMessage(2)
const answered = aMessage(2, byAgent)
const noted = aMessage(2, { ...byAgent, kind: 'note', text: '优先处理' })
const taken = { ...first, recalled: true, text: '' }
const broken = { ...first, status: 'failed' as const, error: '对方渠道拒收' }

const moved = (change: Partial<ConversationRow>): Case['row'] => ({ last_seq: 2, ...change })
const state = (kind: string, change: Partial<ConversationRow>): Case => ({
  event: anEvent(kind, 2, { ...start, ...moved(change) }),
  row: moved(change),
})

const cases: Case[] = [
  {
    event: anEvent('message.received', 2, received),
    row: { last_seq: 2, unread: 2, updated_at: at(2), last_message: { preview: received.text, sender_type: 'customer', kind: 'text', at: at(2) } },
    messages: [first, received],
  },
  {
    event: anEvent('message.sent', 2, answered),
    row: { last_seq: 2, updated_at: at(2), unanswered_since: null, first_replied_at: at(2), last_message: { preview: answered.text, sender_type: 'agent', kind: 'text', at: at(2) } },
    messages: [first, answered],
  },
  { event: anEvent('message.noted', 2, noted), row: { last_seq: 2 }, messages: [first, noted] },
  {
    event: anEvent('message.recalled', 2, taken),
    row: { last_seq: 2, last_message: { preview: '', sender_type: 'customer', kind: 'text', at: first.at } },
    messages: [taken],
  },
  { event: anEvent('message.failed', 2, broken), row: { last_seq: 2 }, messages: [broken] },
  { event: anEvent('message.delivered', 2, { ...first, status: 'delivered' }), row: { last_seq: 2 }, messages: [{ ...first, status: 'delivered' }] },
  state('conversation.opened', {}),
  state('conversation.waiting', { status: 'waiting', assignee: null, waiting_since: at(2) }),
  state('conversation.assigned', { assignee: AGENT, status: 'active' }),
  state('conversation.transferred', { assignee: { id: 'a2', name: '李娜', avatar: null }, summary: '要换货' }),
  state('conversation.closed', { status: 'closed', closed_at: at(2) }),
  state('conversation.reopened', { status: 'active', closed_at: null }),
  state('conversation.snoozed', { status: 'snoozed', snoozed_until: at(50) }),
  state('conversation.woken', { status: 'active', snoozed_until: null }),
  state('conversation.wrapping_up', { status: 'wrapping_up' }),
  state('conversation.labelled', { labels: [{ id: 'l1', name: '退换货', colour: '#d9480f' }] }),
  state('conversation.prioritised', { priority: 3 }),
  state('conversation.rated', { rating: { score: 5, comment: '很好' } }),
  state('conversation.blocked', { blocked: true }),
]

describe('snapshot + event == fresh snapshot', () => {
  test.each(cases.map((one) => [one.event.kind, one] as const))('%s', (_kind, { event, row, messages }) => {
    const told = after(start, [first], [event])
    const fresh = after({ ...start, ...row }, messages ?? [first])

    expect(told).toEqual(fresh)
  })

  test.each(cases.map((one) => [one.event.kind, one] as const))('%s told twice changes nothing more', (_kind, { event }) => {
    expect(after(start, [first], [event, event])).toEqual(after(start, [first], [event]))
  })

  test('every reducer has its case', () => {
    expect(Object.keys(reducers).sort()).toEqual(cases.map((one) => one.event.kind).sort())
  })

  test('what a resume brings is what the events would have brought', () => {
    const told = after(start, [first], [anEvent('message.received', 2, received)])
    const known = after(start, [first])
    const conversation_row = { ...start, ...cases[0]?.row } as ConversationRow

    resumed(known, { t: 'resumed', conversation: CONVERSATION, last_seq: 2, conversation_row, messages: [received] })

    expect(known).toEqual(told)
  })
})

test('an older row never replaces a newer one', () => {
  const known = after({ ...start, last_seq: 9 }, [first], [anEvent('conversation.prioritised', 2, { ...start, priority: 3 })])

  expect(known.rows[CONVERSATION]?.priority).toBe(1)
})

test('changed columns of a conversation that is not known make no row', () => {
  const known = nothingKnown()
  const changed = { id: CONVERSATION, status: 'waiting', last_seq: 3 } as ConversationRow

  putRow(known, changed)
  expect(known.rows).toEqual({})

  takeSnapshot(known, aSnapshot(start, [first]))
  putRow(known, changed)
  expect(known.rows[CONVERSATION]).toEqual({ ...start, ...changed })
})

test('reading moves the ticks and empties the unread count', () => {
  const known = after({ ...start, last_seq: 2 }, [first, answered])

  seen(known, { t: 'seen', conversation: CONVERSATION, by: 'customer', seq: 2 })
  seen(known, { t: 'seen', conversation: CONVERSATION, by: 'agent', seq: 2 })

  const row = known.rows[CONVERSATION]
  expect(row).toMatchObject({ customer_seen_seq: 2, delivered_seq: 2, agent_seen_seq: 2, unread: 0 })
  expect(progress(answered, row)).toBe('read')
})

test('a channel that says it delivered moves one tick', () => {
  const known = after({ ...start, last_seq: 2 }, [first, answered])

  seen(known, { t: 'seen', conversation: CONVERSATION, by: 'delivered', seq: 2 })

  expect(progress(answered, known.rows[CONVERSATION])).toBe('delivered')
})

test('a message is sent, then delivered, then read; a failed one stays failed', () => {
  const row = (change: Partial<ConversationRow>) => aRow({ last_seq: 2, ...change })

  expect(progress(answered, row({}))).toBe('sent')
  expect(progress(answered, row({ delivered_seq: 2 }))).toBe('delivered')
  expect(progress(answered, row({ delivered_seq: 2, customer_seen_seq: 2 }))).toBe('read')
  expect(progress({ ...answered, status: 'failed' }, row({ customer_seen_seq: 2 }))).toBe('failed')
})

test('a customer is seen typing until their message comes', () => {
  const known = after(start, [first])

  typing(known, { t: 'typing', conversation: CONVERSATION, who: 'customer', name: '林晓梅', text: '我想' }, 5)
  expect(Object.values(known.threads[CONVERSATION]?.typing ?? {})).toEqual([{ who: 'customer', name: '林晓梅', text: '我想', at: 5 }])
  reducers['message.received']?.(known, anEvent('message.received', 2, received))

  expect(known.threads[CONVERSATION]?.typing).toEqual({})
})

test('who views is shown as the server tells', () => {
  const known = after(start, [first])

  viewers(known, { t: 'viewers', conversation: CONVERSATION, agents: [AGENT] })

  expect(known.threads[CONVERSATION]?.viewers).toEqual([AGENT])
})
