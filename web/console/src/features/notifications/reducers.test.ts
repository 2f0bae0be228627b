import type { EventFrame } from '@kefu/api/frames'
import { expect, test } from 'vitest'
import { reducers, type Known, type Notification } from './reducers'

const aNotification = (id: string, change: Partial<Notification> = {}): Notification => ({
  id,
  kind: 'task.assigned',
  subject_kind: 'task',
  subject: 's1',
  conversation: null,
  actor: null,
  params: {},
  count: 1,
  at: '2026-03-12T09:00:00Z',
  read_at: null,
  ...change,
})

const told = (known: Known, kind: string, data: unknown): Known => {
  const event: EventFrame = { t: 'event', kind, subject: 's', at: '2026-03-12T10:00:00Z', data }
  reducers[kind]?.(known, event)
  return known
}

test('notification.created: snapshot + event == fresh snapshot', () => {
  const before: Known = { items: [aNotification('n1')], unread: 1, more: false }
  const created = aNotification('n2')

  expect(told(before, 'notification.created', { ...created, alert: { sound: true } })).toEqual({
    items: [created, aNotification('n1')],
    unread: 2,
    more: false,
  })
})

test('what repeats is counted on the line that is there', () => {
  const before: Known = { items: [aNotification('n1')], unread: 1, more: false }
  const again = aNotification('n1', { count: 2 })

  expect(told(before, 'notification.created', again)).toEqual({ items: [again], unread: 1, more: false })
})

test('notification.read: snapshot + event == fresh snapshot', () => {
  const before: Known = { items: [aNotification('n1'), aNotification('n2')], unread: 2, more: false }

  expect(told(before, 'notification.read', { ids: ['n1'], unread: 1 })).toEqual({
    items: [aNotification('n1', { read_at: '2026-03-12T10:00:00Z' }), aNotification('n2')],
    unread: 1,
    more: false,
  })
})
