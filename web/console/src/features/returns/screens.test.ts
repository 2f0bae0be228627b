import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession } from '@/app/session'
import type { NodeFigures, Refund, ReturnCase } from './api'
import Actions from './components/Actions.vue'
import Difference from './components/Difference.vue'
import FlowMap from './components/FlowMap.vue'
import NodeColumn from './components/NodeColumn.vue'
import ProcessLine from './components/ProcessLine.vue'
import Refunds from './components/Refunds.vue'
import VisitBooking from './components/VisitBooking.vue'
import ReturnPolicy from './settings/ReturnPolicy.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
let answers: Record<string, unknown>
let asked: { method: string; path: string; body: unknown }[]

beforeEach(async () => {
  await useLanguage('zh-CN')
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  asked = []
  vi.stubGlobal('fetch', (path: string, given: { method: string; body?: string }) => {
    const place = path.replace('/api/v1', '')
    asked.push({ method: given.method, path: place, body: given.body ? JSON.parse(given.body) : undefined })
    const [status, body] = (answers[`${given.method} ${place.split('?')[0]}`] as [number, unknown] | undefined) ?? [404, { code: 'not_found', title: 'no' }]
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

function shown(component: unknown, props: Record<string, unknown> = {}): VueWrapper {
  return mount(component as never, { props: props as never, global: { plugins: [i18n, createPinia(), router] }, attachTo: document.body })
}

const aRefund = (given: Partial<Refund> = {}): Refund => ({
  id: 'f1',
  amount: 69_900,
  currency: 'CNY',
  status: 'requested',
  postings: [],
  waits_for_approval: true,
  approval_id: 'a1',
  may_decide: true,
  asked_by: '孙倩',
  requested_at: '2026-03-02T09:00:00Z',
  ...given,
})

const aCase = (given: Partial<ReturnCase> = {}): ReturnCase =>
  ({
    id: 'r1',
    number: 'TH260302000001',
    kind: 'return',
    status: 'open',
    node: 'refund',
    currency: 'CNY',
    amount: 69_900,
    suggested_carrier: 'sf',
    tracking_number: null,
    steps: [],
    repair: [],
    refunds: [],
    allowed: [],
    ...given,
  }) as unknown as ReturnCase

test('whom the policy names agrees on the case itself', async () => {
  answers = { 'PUT /returns/r1/refunds/f1/decision': [200, aCase({ status: 'done' })] }
  const page = shown(Refunds, { shown: aCase({ refunds: [aRefund()], allowed: ['approve'] }) })

  await page.findAll('button').find((one) => one.text() === '同意')?.trigger('click')
  await flushPromises()

  expect(asked).toEqual([{ method: 'PUT', path: '/returns/r1/refunds/f1/decision', body: { agreed: true } }])
  expect(page.emitted('changed')).toHaveLength(1)
})

test('whom the policy does not name sees where it is decided', () => {
  const page = shown(Refunds, { shown: aCase({ refunds: [aRefund({ may_decide: false })], allowed: ['approve'] }) })

  expect(page.findAll('button').map((one) => one.text())).not.toContain('同意')
  expect(page.find('a').attributes('href')).toBe('/approvals')
})

test('a visit is booked at a time that is free', async () => {
  answers = {
    'GET /appointments/free-times': [200, [{ starts_at: '2026-03-03T01:00:00Z', ends_at: '2026-03-03T03:00:00Z', left: 2 }]],
    'PUT /returns/r1/visit': [200, aCase({ kind: 'installation', node: 'visit' })],
  }
  const page = shown(VisitBooking, { shown: aCase({ kind: 'installation', node: 'schedule' }) })
  await flushPromises()

  expect(asked[0]?.path).toBe('/appointments/free-times?kind=installation&mode=on_site')
  expect(document.body.textContent).toContain('余 2')
  expect(page.emitted('changed')).toBeUndefined()
})

test.each([
  [['take', 'review'], ['我来处理', '通过', '拒绝…']],
  [['send'], ['登记寄回包裹…']],
  [[], []],
])('only what one may do now is offered: %j', (allowed, words) => {
  const page = shown(Actions, { shown: aCase({ allowed }) })

  expect(page.findAll('.actions button').map((one) => one.text())).toEqual(words)
})

const aDifference = (given: Partial<NonNullable<ReturnCase['difference']>> = {}): NonNullable<ReturnCase['difference']> => ({
  amount: 2_500,
  currency: 'CNY',
  state: 'open',
  way: null,
  reason: '',
  payment_method_id: 'm1',
  settled_by: null,
  settled_at: null,
  allowed: ['pay', 'waive'],
  ...given,
})
const anExchange = (given = {}): ReturnCase => aCase({ kind: 'exchange', node: 'reship', order_id: 'o1', difference: aDifference(given) })

test('a difference is charged from the way of paying that was chosen', async () => {
  answers = {
    'GET /orders/o1/care': [200, { methods: [{ id: 'm0', kind: 'alipay', label: '', balance: null, currency: 'CNY' }, { id: 'm1', kind: 'gift_card', label: '••12', balance: 9_000, currency: 'CNY' }] }],
    'PUT /returns/r1/difference/payment': [200, anExchange({ state: 'settled', way: 'paid' })],
  }
  const page = shown(Difference, { shown: anExchange() })

  await page.findAll('button').find((one) => one.text() === '收差价…')?.trigger('click')
  await flushPromises()
  document.body.querySelector('form')?.dispatchEvent(new Event('submit'))
  await flushPromises()

  expect(page.text()).toContain('客户应补')
  expect(asked.at(-1)).toEqual({ method: 'PUT', path: '/returns/r1/difference/payment', body: { payment_method: 'm1' } })
  expect(page.emitted('changed')).toHaveLength(1)
})

test('a difference that is settled says how, and asks for nothing', () => {
  const page = shown(Difference, { shown: anExchange({ amount: -2_000, state: 'settled', way: 'waived', reason: '客户放弃', settled_by: '周岚', settled_at: '2026-03-02T09:00:00Z', allowed: [] }) })

  expect(page.text()).toContain('差价已免除')
  expect(page.text()).toContain('免除原因：客户放弃')
  expect(page.findAll('button')).toHaveLength(0)
})

test('what a case never owed is not spoken of once it has ended', () => {
  expect(shown(Difference, { shown: { ...anExchange(), status: 'withdrawn' } }).text()).toBe('')
})

const NODE_NAMES = ['review', 'send_back', 'inspect', 'repairing', 'reship', 'refund', 'schedule', 'visit']
const all = <T>(value: T) => Object.fromEntries(NODE_NAMES.map((node) => [node, value]))
const values = {
  node_hours: all(4),
  fast_node_hours: all(2),
  node_counts: all('business'),
  fast_node_counts: all('plain'),
  calendar: null,
  departments: {},
  apply_within_days: 15,
  send_back_within_days: 14,
  carriers: ['sf'],
  fast_track: { enabled: true, within_days: 7, value_below: 50_000, reasons: [], return_rate_below: 30, hours: 24 },
  cycle: { baseline_days: 3.2, simulated_days: 1.8, goal_factor: 0.5, standard_days: null, standard_note: '' },
  warranty: { months: 12, by_category: {} },
  anomaly: { rise_percent: 35, window_days: 14, least_returns: 5, quality_department: null, product_department: null },
  refund_limits: {},
  turnover_hours: 48,
  turnover_counts: 'plain',
  posting_hours: 24,
  reinspection_cost: 3000,
}

test('each rule says how its hours count, and in which calendar', async () => {
  setActivePinia(createPinia())
  vi.spyOn(useSession(), 'may').mockReturnValue(true)
  const told = { version: 1, values, goal_days: 1.6, business_calendar: '售后工作日（含调休）' }
  answers = { 'GET /return-policy': [200, told], 'PUT /return-policy': [200, told], 'GET /calendars': [200, { items: [], next_cursor: null }], 'GET /departments': [200, { items: [], next_cursor: null }] }
  const page = mount(ReturnPolicy, { global: { plugins: [i18n, router], stubs: { HowCounted: true, ElInputNumber: true, ElSelect: true } } })
  await flushPromises()

  const selects = page.findAllComponents({ name: 'HowCounted' })
  expect(page.text()).toContain('售后工作日（含调休）')
  expect(selects.map((one) => one.props('modelValue'))).toEqual([...NODE_NAMES.map(() => 'business'), ...NODE_NAMES.map(() => 'plain'), 'plain'])
  selects[0]?.vm.$emit('update:modelValue', 'plain')
  await page.findAll('button').find((one) => one.text() === '保存')?.trigger('click')
  await flushPromises()

  const sent = asked.find((one) => one.method === 'PUT')?.body as { values: typeof values }
  expect(sent.values.node_counts).toEqual({ ...all('business'), review: 'plain' })
})

test('the analysis says which time it adds up, and in which time due times lie', () => {
  const node = { node: 'review', cause: 'review', stays: 2, open: 0, mean_waiting_hours: 1, mean_working_hours: 1, overdue: 0, due_counts: 'business', overdue_share: 0, time_share: 100, delay_share: null, delay_hours: 0 } satisfies NodeFigures
  const page = shown(FlowMap, { nodes: [node], bottleneck: null })

  expect(page.text()).toContain('按自然时间累计')
  expect(page.find('dl').text()).toContain('营业时间')
})

test.each([
  [true, false],
  [false, true],
])('a card has the colour of its step and says in words that the whole case is late: %s %s', async (here, whole) => {
  const row = aCase({ node: 'review', overdue: true, node_overdue: here, whole_overdue: whole, lines: [], reason: 'quality' } as Partial<ReturnCase>)
  answers = { 'GET /returns': [200, { items: [row], next_cursor: null }] }
  const column = shown(NodeColumn, { node: 'review', kind: '', overdue: false, turn: 0 })
  await flushPromises()

  expect(column.find('.card').classes('late')).toBe(here)
  expect(column.text().includes('整单已超出计划时间')).toBe(whole)
})

test.each([
  [1, false],
  [-1, true],
])('a node is late by its own time, not by that of the whole case: %i hours left', (left, late) => {
  const step = { node: 'reship', entered_at: '2026-03-02T09:00:00Z', begun_at: null, left_at: null, due_at: new Date(Date.now() + left * 3_600_000).toISOString(), counts: 'natural', cause: null }
  const page = shown(ProcessLine, { shown: aCase({ node: 'reship', overdue: true, process: [{ node: 'reship' }], steps: [step] } as unknown as Partial<ReturnCase>) })

  expect(page.find('.here').classes('late')).toBe(late)
  expect(page.text().includes('仍未完成')).toBe(late)
})
