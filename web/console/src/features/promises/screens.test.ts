import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { ElOption, ElSelect } from 'element-plus'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession } from '@/app/session'
import { showsAt } from '@/features/workflows/places'
import HandDialog from './components/HandDialog.vue'
import TaskDetail from './components/TaskDetail.vue'
import Tasks from './pages/Tasks.vue'
import type { Task } from './tasks'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
let answers: Record<string, unknown>
let asked: string[]

beforeEach(async () => {
  await useLanguage('zh-CN')
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  asked = []
  vi.stubGlobal('fetch', (path: string, given: { method: string }) => {
    asked.push(`${given.method} ${path.replace('/api/v1', '')}`)
    const body = answers[`${given.method} ${path.replace('/api/v1', '').split('?')[0]}`]
    return Promise.resolve(new Response(JSON.stringify(body ?? { code: 'not_found', title: 'no' }), { status: body ? 200 : 404, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

function shown(component: unknown, props: Record<string, unknown> = {}): VueWrapper {
  const pinia = createPinia()
  useSession(pinia).may = () => true
  return mount(component as never, { props: props as never, global: { plugins: [i18n, pinia, router] }, attachTo: document.body })
}

const task = (given: Partial<Task> = {}): Task => ({
  id: 't1',
  title: '联系客户',
  note: '',
  owner: null,
  department: { id: 'd1', name: '物流部' },
  created_by: null,
  about: { kind: 'anomaly', id: 'a1' },
  subjects: [],
  conversation: null,
  customer: null,
  due_at: '2026-03-02T13:00:00Z',
  remind_at: null,
  done_at: null,
  overdue: false,
  created_at: '2026-03-02T09:00:00Z',
  ...given,
})

test('the page asks for the box, the state and when tasks are due', async () => {
  answers = { 'GET /tasks': { items: [task()], next_cursor: null }, 'GET /tasks/counts': { mine: 2, free: 1, overdue: 0 } }
  const page = shown(Tasks)
  await flushPromises()
  expect(page.text()).toContain('联系客户')
  expect(page.text()).toContain('我的 2')

  await page.find('input[value="team"]').setValue(true)
  await flushPromises()

  const last = asked.filter((one) => one.startsWith('GET /tasks?')).at(-1)
  expect(last).toContain('box=team')
  expect(last).toContain('state=open')
})

test('one’s overdue tasks are counted, and a press lists them', async () => {
  answers = { 'GET /tasks': { items: [task()], next_cursor: null }, 'GET /tasks/counts': { mine: 2, free: 1, overdue: 3 } }
  const page = shown(Tasks)
  await flushPromises()
  const late = page.findAll('button').find((one) => one.text() === '我的任务有 3 项已逾期')
  await page.find('input[value="team"]').setValue(true)

  await late?.trigger('click')
  await flushPromises()

  const last = asked.filter((one) => one.startsWith('GET /tasks?')).at(-1)
  expect(last).toContain('box=mine')
  expect(last).toContain('due=overdue')
})

test('where nothing is overdue, nothing says so', async () => {
  answers = { 'GET /tasks': { items: [task()], next_cursor: null }, 'GET /tasks/counts': { mine: 2, free: 1, overdue: 0 } }
  const page = shown(Tasks)
  await flushPromises()

  expect(page.find('.late').exists()).toBe(false)
})

test('a task is handed to any colleague, found by the server, and whose it is stays in the list', async () => {
  answers = {
    'GET /agents': { items: [{ id: 'u7', name: '周琳' }], next_cursor: null },
    'GET /departments': { items: [{ id: 'd1', name: '物流部' }], next_cursor: null },
    'PATCH /tasks/t1': task({ owner: { id: 'u7', name: '周琳' } }),
  }
  const dialog = shown(HandDialog, { modelValue: true, task: task({ owner: { id: 'u1', name: '陈静' } }) })
  await flushPromises()
  const owner = dialog.getComponent(ElSelect)
  const offered = () => owner.findAllComponents(ElOption).map((one) => one.props('label'))

  owner.props('remoteMethod')?.('周')
  await flushPromises()

  expect(asked.at(-1)).toContain(`q=${encodeURIComponent('周')}`)
  expect(offered()).toEqual(['陈静', '周琳'])
  owner.vm.$emit('update:modelValue', 'u7')
  await flushPromises()
  document.querySelector<HTMLButtonElement>('.el-dialog button[type="submit"]')?.click()
  await flushPromises()
  expect(asked.at(-1)).toBe('PATCH /tasks/t1')
  expect(dialog.emitted('changed')).toHaveLength(1)
})

test('a free task is taken, and what it is about is one step away', async () => {
  showsAt('anomaly', (id) => `/logistics/${id}`)
  answers = { 'PUT /tasks/t1/claim': task({ owner: { id: 'u1', name: '陈静' } }) }
  const panel = shown(TaskDetail, { task: task() })
  expect(panel.find('a[href="/logistics/a1"]').exists()).toBe(true)

  await panel.findAll('footer button').find((one) => one.text().includes('领取'))?.trigger('click')
  await flushPromises()

  expect(asked).toEqual(['PUT /tasks/t1/claim'])
  expect(panel.emitted('changed')).toHaveLength(1)
})

test('a done task is only opened again', () => {
  answers = {}
  const panel = shown(TaskDetail, { task: task({ done_at: '2026-03-02T10:00:00Z' }) })

  expect(panel.findAll('footer button').map((one) => one.text())).toEqual(['重新打开'])
})
