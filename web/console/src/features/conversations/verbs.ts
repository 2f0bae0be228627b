/** What one may do with a conversation as it stands: by one's role, and by its status. What is not here is not offered. */

import type { ConversationRow, ConversationStatus } from '@kefu/api'

export type Verb =
  | 'claim'
  | 'transfer'
  | 'close'
  | 'reopen'
  | 'snooze'
  | 'wake'
  | 'wrapUp'
  | 'resume'
  | 'label'
  | 'prioritise'
  | 'block'
  | 'unblock'
  | 'schedule'
  | 'export'

type Fits = (row: ConversationRow, me: string | undefined) => boolean

const isOpen: Fits = (row) => row.status !== 'closed'
const is = (...statuses: ConversationStatus[]): Fits => (row) => statuses.includes(row.status)

const VERBS: Record<Verb, [permission: string, fits: Fits]> = {
  claim: ['conversation.claim', (row, me) => !row.assignee && isOpen(row, me)],
  transfer: ['conversation.assign', isOpen],
  close: ['conversation.close', isOpen],
  reopen: ['conversation.close', is('closed')],
  snooze: ['conversation.change', is('waiting', 'active', 'snoozed')],
  wake: ['conversation.change', is('snoozed')],
  wrapUp: ['conversation.change', is('active')],
  resume: ['conversation.claim', (row, me) => row.status === 'wrapping_up' && row.assignee?.id === me],
  label: ['conversation.change', () => true],
  prioritise: ['conversation.change', () => true],
  block: ['conversation.block', (row) => !row.blocked],
  unblock: ['conversation.block', (row) => row.blocked_here === true],
  schedule: ['message.send', isOpen],
  export: ['conversation.export', () => true],
}

export function verbsFor(row: ConversationRow, may: (permission: string) => boolean, me: string | undefined): Set<Verb> {
  const names = Object.keys(VERBS) as Verb[]
  return new Set(names.filter((name) => may(VERBS[name][0]) && VERBS[name][1](row, me)))
}
