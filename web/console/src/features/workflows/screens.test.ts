import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import type { CaseTask, NodeFigures, ProcessMapRow } from './api'
import TaskPanel from './components/TaskPanel.vue'
import ProcessAnalysis from './pages/ProcessAnalysis.vue'
import Todo from './pages/Todo.vue'
import { showsAt } from './places'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
let answers: Record<string, unknown>
let asked: { method: string; path: string; body: unknown }[]

beforeEach(async () => {
  await useLanguage('zh-CN')
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  asked = []
  vi.stubGlobal('fetch', (path: string, given: { method: string; body?: string }) => {
    const place = path.replace('/api/v1', '').split('?')[0] as string
    asked.push({ method: given.method, path: place, body: typeof given.body === 'string' ? JSON.parse(given.body) : undefined })
    const [status, body] = (answers[`${given.method} ${place}`] as [number, unknown] | undefined) ?? [404, { code: 'not_found', title: 'no' }]
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

function shown(component: unknown, props: Record<string, unknown> = {}): VueWrapper {
  return mount(component as never, { props: props as never, global: { plugins: [i18n, createPinia(), router] }, attachTo: document.body })
}

const task = (given: Partial<CaseTask> = {}): CaseTask => ({
  id: 't1',
  case_id: 'c1',
  process_key: 'return',
  process_name: '退货',
  node: 'review',
  name: '审核',
  subject_kind: 'return',
  subject: 'r1',
  subjects: [],
  customer: null,
  department: { id: 'd1', name: '售后部' },
  role: null,
  owner: null,
  fields: [
    { key: 'why', label: '原因', type: 'text', required: true, options: [] },
    { key: 'grade', label: '等级', type: 'choice', required: false, options: [['a', '甲'], ['b', '乙']] },
  ],
  screen: null,
  form: {},
  files: [],
  opened_at: '2026-03-02T09:00:00Z',
  claimed_at: null,
  due_at: '2026-03-02T13:00:00Z',
  counts: 'plain',
  overdue: true,
  closed_at: null,
  closed: null,
  closed_by: null,
  ...given,
})

test.each([
  ['business', '营业时间'],
  ['plain', '自然时间'],
] as const)('a due time says in which time it was counted: %s', (counts, word) => {
  const panel = shown(TaskPanel, { task: task({ counts }) })

  expect(panel.find('dl').text()).toContain(word)
  expect(panel.find('.clock small').exists()).toBe(counts === 'business')
})

test('a task is filled in and completed', async () => {
  answers = { 'PUT /case-tasks/t1/completion': [200, task({ closed_at: '2026-03-02T10:00:00Z', closed: 'done' })] }
  const panel = shown(TaskPanel, { task: task() })
  await panel.find('input').setValue('划痕')
  await panel.find('form').trigger('submit')
  await flushPromises()

  expect(asked).toEqual([{ method: 'PUT', path: '/case-tasks/t1/completion', body: { form: { why: '划痕' } } }])
  expect(panel.emitted('changed')).toHaveLength(1)
})

test('what the server says of a field stands at the field, and nothing typed is lost', async () => {
  answers = { 'PUT /case-tasks/t1/completion': [422, { code: 'required', title: 'This field is required.', field: 'form.why' }] }
  const panel = shown(TaskPanel, { task: task() })
  await panel.find('form').trigger('submit')
  await flushPromises()

  await vi.waitFor(() => expect(panel.text()).toContain('必填。'))
  expect(panel.find('[role=alert].note').exists()).toBe(false)
  expect(panel.emitted('changed')).toBeUndefined()
})

test('whoever was slower is told so in plain words', async () => {
  answers = { 'PUT /case-tasks/t1/completion': [409, { code: 'already_done', title: 'This task is done already.' }] }
  const panel = shown(TaskPanel, { task: task() })
  await panel.find('form').trigger('submit')
  await flushPromises()

  expect(panel.find('[role=alert]').text()).toContain('有人比您快了一步')
})

test('a task with a page of its own has no form here', () => {
  const panel = shown(TaskPanel, { task: task({ screen: 'returns' }) })

  expect(panel.find('form').exists()).toBe(false)
  expect(panel.text()).toContain('它自己的页面')
})

test('the to-do page lists what the department has', async () => {
  answers = { 'GET /case-tasks': [200, { items: [task()], next_cursor: null }] }
  const page = shown(Todo)
  await flushPromises()
  await vi.waitFor(() => expect(page.findAll('.row')).toHaveLength(1))

  await page.find('.row').trigger('click')

  expect(page.find('.panel h2').text()).toBe('审核')
})

const figures = (node: string, given: Partial<NodeFigures>): NodeFigures => ({
  ...{ node, name: node, kind: 'user', stays: 3, open: 1, open_overdue: 0, with_due: 0, overdue: 0 },
  ...{ waiting_seconds: 60, working_seconds: null, total_seconds: 60, late_seconds: 0 },
  ...{ time_percent: null, late_percent: null, overdue_percent: null },
  ...given,
})

test('the bottleneck comes first, and what has no base is not zero', async () => {
  const row: ProcessMapRow = {
    ...{ process: 'return', name: '退货', version: 2, xml: '<x/>', since: '2026-02-01T00:00:00Z', until: '2026-03-01T00:00:00Z' },
    ...{ cases: 3, running: 1, ended: 2, cancelled: 0 },
    nodes: [figures('review', {}), figures('inspect', { total_seconds: 9000, waiting_seconds: 7200, time_percent: 99, late_percent: 60 })],
  }
  answers = { 'GET /processes/return/map': [200, row] }
  const page = shown(ProcessAnalysis, { id: 'return' })
  await flushPromises()

  expect(page.findAll('tbody th').map((cell) => cell.text())).toEqual(['inspect', 'review'])
  expect(page.find('tbody tr').text()).toContain('60.0%')
  expect(page.findAll('tbody tr')[1]?.text()).toContain('不适用')
  expect(page.findAll('.map li').map((mark) => mark.classes()[0])).toEqual(['cool', 'hot'])
})

test('files are uploaded one by one and the form holds their ids', async () => {
  answers = {
    'POST /case-tasks/t1/files': [201, { id: 'f1', name: '报告.pdf', type: 'application/pdf', size: 2048 }],
    'PUT /case-tasks/t1/completion': [200, task({ closed_at: '2026-03-02T10:00:00Z', closed: 'done' })],
  }
  const panel = shown(TaskPanel, { task: task({ fields: [{ key: 'papers', label: '检测报告', type: 'files', required: true, options: [] }] }) })
  const chooser = panel.find('input[type=file]')
  Object.defineProperty(chooser.element, 'files', { value: [new File(['x'], '报告.pdf')], configurable: true })
  await chooser.trigger('change')
  await flushPromises()
  expect(panel.text()).toContain('报告.pdf')
  expect(panel.text()).toContain('2 KB')

  await panel.find('form').trigger('submit')
  await flushPromises()

  expect(asked.at(-1)).toEqual({ method: 'PUT', path: '/case-tasks/t1/completion', body: { form: { papers: ['f1'] } } })
})

test('a task names its case and order, and leads to both', async () => {
  const subjects = [
    { kind: 'return', id: 'r1', title: 'TH260302000001' },
    { kind: 'order', id: 'o1', title: 'SY00000007' },
  ]
  answers = {
    'GET /case-tasks/counts': [200, { mine: 0, department: 1, overdue: 0 }],
    'GET /case-tasks': [200, { items: [task({ subjects })], next_cursor: null }],
  }
  showsAt('return', (id) => `/returns/${id}`)
  showsAt('order', (id) => `/orders/${id}`)
  const page = shown(Todo)
  await flushPromises()

  expect(page.findAll('.about a').map((one) => [one.text(), one.attributes('href')])).toEqual([
    ['售后单 TH260302000001', '/returns/r1'],
    ['订单 SY00000007', '/orders/o1'],
  ])
})
