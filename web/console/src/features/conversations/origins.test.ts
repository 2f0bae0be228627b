/** Why a message is there, and why this agent and this priority, as they stand on the screen. */

import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession, type Me } from '@/app/session'
import HandOver from './components/HandOver.vue'
import MessageItem from './components/MessageItem.vue'
import { AGENT, aMessage, aRow, at, byAgent } from './factories'
import { shown } from './thread'
import type { Origin } from './origins'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
const RULE = { id: 'r1', name: '催促提醒', version: 3 }
let answers: Record<string, unknown>
let asked: string[]

const signIn = (...permissions: string[]) => (useSession().me = { ...AGENT, permissions, teams: [], preferences: {} } as unknown as Me)
const anOrigin = (change: Partial<Origin>): Origin => ({ kind: 'rule', at: at(1), by: null, decided_at: null, due_at: null, rule: null, set_off: null, about: {}, ...change })

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(createPinia())
  signIn()
  answers = {}
  asked = []
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path.replace('/api/v1', ''))
    return Promise.resolve(new Response(JSON.stringify(answers[path.replace('/api/v1', '')] ?? {}), { status: 200, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

function show(component: unknown, props: Record<string, unknown>): VueWrapper {
  return mount(component as never, { props: props as never, global: { plugins: [i18n, router] }, attachTo: document.body })
}

const fromBot = aMessage(1, { sender: { type: 'bot', id: null, name: '', avatar: null } })
const item = (message = fromBot) => show(MessageItem, { item: shown([message])[0], row: aRow(), now: Date.parse(at(2)) })

async function answered(page: VueWrapper, origin: Origin): Promise<string> {
  answers['/conversations/c1/messages/m1/origin'] = origin
  await page.get('.ask').trigger('click')
  await flushPromises()
  return page.get('.because').text()
}

test('the words of a rule name it, its version and what set it off, once somebody asks', async () => {
  const page = item()
  expect(page.get('.ask').attributes('aria-expanded')).toBe('false')
  expect(asked).toEqual([])

  const said = await answered(page, anOrigin({ rule: RULE, set_off: { cause: 'fact', fact_kind: 'message.received', at: at(1) } }))

  expect(said).toContain('没有人手动输入')
  expect(said).toContain('规则“催促提醒”第 3 版')
  expect(said).toContain('收到客户消息')
  expect(page.get('.ask').attributes('aria-expanded')).toBe('true')
})

test('only who may see the rules is led to them', async () => {
  const without = item()
  await answered(without, anOrigin({ rule: RULE }))
  expect(without.find('.because a').exists()).toBe(false)

  signIn('automation.read')
  const page = item()
  await answered(page, anOrigin({ rule: RULE }))
  expect(page.get('.because a').attributes('href')).toBe('/settings/automation')
})

test('a rule that was removed is no dead link', async () => {
  signIn('automation.read')
  const page = item()

  expect(await answered(page, anOrigin({ rule: { id: 'r1', name: null, version: 1 } }))).toContain('一条已删除的规则')
  expect(page.find('.because a').exists()).toBe(false)
})

test('a notice names the order and its step, and leads there', async () => {
  signIn('order.read')
  const page = item()

  const said = await answered(page, anOrigin({ kind: 'notice', decided_at: at(0), about: { notice: 'order_shipped', order: 'o1', number: 'SY-1' } }))

  expect(said).toContain('订单 SY-1 的通知：已发货')
  expect(page.get('.because a').attributes('href')).toBe('/orders/o1')
})

test('what an agent sent says when it was scheduled, from the tools of the message', async () => {
  answers['/conversations/c1/messages/m1/origin'] = anOrigin({ kind: 'scheduled', by: { id: 'a1', name: '陈思远' }, decided_at: at(0), due_at: at(1) })
  const page = item(aMessage(1, byAgent))
  expect(page.find('.because').exists()).toBe(false)

  await page.get(`[aria-label="为什么发这条"]`).trigger('click')
  await flushPromises()

  expect(page.get('.because').text()).toContain('陈思远于')
  expect(page.get('.because').text()).toContain('安排')
})

test('a customer is not asked why they wrote', () => {
  expect(item(aMessage(1)).find('[aria-label="为什么发这条"], .ask').exists()).toBe(false)
})

test('beside the conversation stands how it came to its agent, and who gave it its priority', async () => {
  const hand = { at: at(1), how: 'taken', reason: null, rule: null, by: AGENT, former: null, assignee: AGENT, team: null }
  answers['/conversations/c1/hand-over'] = {
    summary: '', suggestion: '', verified_until: null, agents_met: 1, repeated_description: false, promises: [],
    hands: [{ ...hand, how: 'inbox', by: null, assignee: null, team: { id: 't1', name: '售前咨询组' }, at: at(0) }, hand, { ...hand, how: 'transferred', reason: 'other', rule: RULE, at: at(2) }, { ...hand, how: 'backup', by: null, at: at(3) }],
    priority: { value: 3, at: at(2), by: null, rule: RULE },
  }

  const page = show(HandOver, { conversation: aRow() })
  await flushPromises()

  const lines = page.findAll('li').map((one) => one.text())
  expect(lines[0]).toContain('售前咨询组')
  expect(lines[0]).toContain('来自渠道所属的小组')
  expect(lines[1]).toContain('自己接入')
  expect(lines[2]).toContain('规则“催促提醒”第 3 版转接')
  expect(lines[3]).toContain('由后备代接')
  expect(page.get('.pressing').text()).toContain('紧急 · 规则“催促提醒”第 3 版')
})
