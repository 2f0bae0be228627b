import { expect, test } from 'vitest'
import type { NodeFigures, Stay } from './api'
import { figureMarks, spanWords, stayMarks, valueOf } from './marks'

const stay = (node: string, given: Partial<Stay> = {}): Stay => ({
  node,
  name: node,
  kind: 'user',
  entered_at: '2026-03-02T09:00:00Z',
  claimed_at: null,
  left_at: '2026-03-02T10:00:00Z',
  how: 'done',
  by: null,
  department: null,
  due_at: null,
  counts: 'plain',
  overdue: false,
  task: null,
  ...given,
})

const figures = (node: string, given: Partial<NodeFigures> = {}): NodeFigures => ({
  node,
  name: node,
  kind: 'user',
  stays: 1,
  open: 0,
  open_overdue: 0,
  with_due: 0,
  overdue: 0,
  waiting_seconds: null,
  working_seconds: null,
  total_seconds: 0,
  late_seconds: 0,
  time_percent: null,
  late_percent: null,
  overdue_percent: null,
  ...given,
})

const plain = () => ({ badge: '', lines: [] })
const tones = (marks: { node: string; tone: string }[]) => Object.fromEntries(marks.map((mark) => [mark.node, mark.tone]))

test('a case shows where it is, is late, has been, and what was taken from it', () => {
  const stays = [
    stay('apply'),
    stay('review', { how: 'interrupted' }),
    stay('inspect', { left_at: null, how: null }),
    stay('refund', { left_at: null, how: null, overdue: true }),
  ]

  expect(tones(stayMarks(stays, plain))).toEqual({ apply: 'done', review: 'idle', inspect: 'here', refund: 'late' })
})

test('where a case came back to, the open stay counts, with how often it was there', () => {
  const marks = stayMarks([stay('inspect'), stay('inspect', { left_at: null, how: null })], (_stay, times) => ({ badge: String(times), lines: [] }))

  expect(marks).toMatchObject([{ node: 'inspect', tone: 'here', badge: '2' }])
})

test('the worst element is hot, the others by their share of it', () => {
  const nodes = [
    figures('a', { waiting_seconds: 100 }),
    figures('b', { waiting_seconds: 40 }),
    figures('c', { waiting_seconds: 10 }),
    figures('d', { stays: 0 }),
    figures('e', { kind: 'former', waiting_seconds: 900 }),
    figures('f'),
  ]

  expect(tones(figureMarks(nodes, 'waiting', plain))).toEqual({ a: 'hot', b: 'warm', c: 'cool', f: 'idle' })
})

test('nothing is hot where nobody waits', () => {
  expect(tones(figureMarks([figures('a'), figures('b')], 'open', plain))).toEqual({ a: 'cool', b: 'cool' })
  expect(valueOf(figures('a', { stays: 0, open: 3 }), 'open')).toBeNull()
})

test('spans are said as people say them', () => {
  expect(spanWords(45, 'en')).toBe('45 sec')
  expect(spanWords(5400, 'en')).toBe('1.5 hr')
  expect(spanWords(216_000, 'en')).toBe('2.5 days')
  expect(spanWords(null, 'en')).toBe('—')
})
