/** Parts of the workspace as they stand on the screen. */

import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { ApiError } from '@/app/http'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession, type Me } from '@/app/session'
import { ask, asked as wanted } from './asks'
import BulkAssign from './components/BulkAssign.vue'
import BulkBar from './components/BulkBar.vue'
import MessageItem from './components/MessageItem.vue'
import ThreadHead from './components/ThreadHead.vue'
import Composer from './composer/Composer.vue'
import Dialogs from './dialogs/Dialogs.vue'
import { AGENT, aMessage, aRow, byAgent } from './factories'
import WordTrial from './settings/WordTrial.vue'
import { useTeams } from './shelves'
import { shown } from './thread'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
let pinia: ReturnType<typeof createPinia>
let answers: Record<string, [number, unknown]>
let asked: { method: string; path: string; body: unknown }[]

function signIn(...permissions: string[]): void {
  useSession().me = { ...AGENT, permissions, teams: [], preferences: {} } as unknown as Me
}

beforeEach(async () => {
  await useLanguage('zh-CN')
  pinia = createPinia()
  setActivePinia(pinia)
  signIn('message.send')
  answers = {}
  asked = []
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  vi.stubGlobal('XMLHttpRequest', class { upload = {}; open() {} setRequestHeader() {} send() {} })
  vi.stubGlobal('fetch', (path: string, given: { method: string; body?: string }) => {
    const place = path.replace('/api/v1', '')
    asked.push({ method: given.method, path: place, body: given.body ? JSON.parse(given.body) : undefined })
    const [status, body] = answers[`${given.method} ${place.split('?')[0]}`] ?? [200, { items: [], next_cursor: null }]
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

function show(component: unknown, props: Record<string, unknown> = {}): VueWrapper {
  return mount(component as never, { props: props as never, global: { plugins: [i18n, pinia, router] }, attachTo: document.body })
}

const write = (page: VueWrapper) => page.vm as unknown as { add: (files: File[]) => void; focus: (note: boolean) => void }
const picture = new File(['x'], 'a.png', { type: 'image/png' })

test('a file that comes while a note is written does not go to the customer', async () => {
  const page = show(Composer, { row: aRow(), replyTo: null })

  write(page).focus(true)
  write(page).add([picture])
  await flushPromises()

  expect(page.findAll('.uploads li')).toHaveLength(0)
  expect(document.body.textContent).toContain('备注里不能放文件')
})

test('a file that comes while a reply is written is sent', async () => {
  const page = show(Composer, { row: aRow(), replyTo: null })

  write(page).add([picture])
  await flushPromises()

  expect(page.findAll('.uploads li')).toHaveLength(1)
})

test('while one speaks nothing else is offered, so that it fits a phone', async () => {
  vi.stubGlobal('MediaRecorder', class { static isTypeSupported = () => true; start() {} stop() {} addEventListener() {} })
  vi.stubGlobal('navigator', { language: 'zh-CN', mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [] }) } })
  const page = show(Composer, { row: aRow(), replyTo: null })
  const offered = () => page.findAll('.tools .k-icon-button').map((one) => one.attributes('aria-label'))

  await page.find('[aria-label="录一段语音"]').trigger('click')
  await flushPromises()

  expect(offered()).toEqual(['不发送语音', '发送语音'])
  await page.find('[aria-label="不发送语音"]').trigger('click')
  expect(offered()).toContain('图片或文件')
})

test('a reply with a variable left open is not sent, and says which', async () => {
  localStorage.setItem('kefu.draft.c1', '订单{{order.number}}已发出')
  const page = show(Composer, { row: aRow(), replyTo: null })
  await flushPromises()

  expect(page.find('.tools .el-button').attributes('disabled')).toBeDefined()
  expect(page.find('.tools [role=alert]').text()).toBe('还没有填写：订单号')
  localStorage.clear()
})

test('what did not reach the customer can be delivered again', async () => {
  const message = aMessage(1, { ...byAgent, status: 'failed', error: 'HTTP 500' })
  const page = show(MessageItem, { item: shown([message])[0], row: aRow(), now: Date.now() })

  await page.find('.trouble button').trigger('click')

  expect(page.find('.trouble').text()).toContain('HTTP 500')
  expect(page.emitted('redeliver')).toHaveLength(1)
})

test('an auditor sees a conversation without anything to press', () => {
  signIn('conversation.read')
  const page = show(ThreadHead, { row: aRow({ status: 'waiting', assignee: null }), panel: false })

  expect(page.findAll('button').map((one) => one.attributes('aria-label'))).toEqual(['返回', '侧边栏'])
})

test('a team takes several conversations; what is refused stands at its field and the dialog stays', async () => {
  answers['GET /teams'] = [200, { items: [{ id: 't1', name: '售后组' }], next_cursor: null }]
  await useTeams().load()
  const told: unknown[] = []
  const refusal = new ApiError({ title: '请写情况说明。', status: 422, code: 'invalid', field: 'params.summary' })
  const assign = (...given: unknown[]) => {
    told.push(given)
    return Promise.reject(refusal)
  }
  const page = show(BulkAssign, { modelValue: true, count: 2, assign })
  await flushPromises()

  await page.findComponent({ name: 'ElSelect' }).vm.$emit('update:modelValue', 'team:t1')
  document.querySelector('form')?.dispatchEvent(new Event('submit'))
  await flushPromises()

  expect(told).toEqual([['team', { team: 't1', reason: 'overload', summary: '' }]])
  await vi.waitFor(() => expect(document.querySelector('.el-form-item__error')?.textContent ?? '').toContain('请写情况说明'))
  expect(page.emitted('update:modelValue')).toBeUndefined()
})

test('several conversations lose a label or are put off, as one’s role allows', async () => {
  signIn('conversation.bulk', 'conversation.change')
  const page = show(BulkBar, { ids: ['c1', 'c2'] })

  expect(page.findAll('.bar > .el-button, .bar > .el-dropdown').map((one) => one.text())).toEqual(['加标签', '去标签', '优先级', '稍后处理'])
})

test('a sentence is tried before anybody writes it', async () => {
  answers['POST /sensitive-words/trial'] = [200, { text: '加我**', refused: null, flags: ['投诉'] }]
  const page = show(WordTrial)

  await page.find('input[type=text], input:not([type])').setValue('加我微信')
  await page.find('form').trigger('submit')
  await flushPromises()

  expect(asked.at(-1)?.body).toEqual({ text: '加我微信', direction: 'in' })
  expect(page.find('.found').text()).toBe('会显示为：加我**会通知团队负责人，因为有：投诉')
})

test('a dialog that was open is not open for the next conversation, nor for this one later', async () => {
  const page = show(Dialogs, { row: aRow() })
  ask('snooze')
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).not.toBeNull())

  await page.setProps({ row: { ...aRow(), id: '01900000-0000-7000-8000-00000000ffff' } } as never)
  expect(wanted.value).toBeNull()

  ask('snooze')
  page.unmount()
  expect(wanted.value).toBeNull()
})
