/** Parts of the customer's page as they stand on the screen. */

import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { i18n, useLanguage } from '@/app/i18n'
import type { Customer } from './api'
import Blocking from './components/Blocking.vue'

let asked: string[]
let answer: [status: number, body: unknown]

const aCustomer = (change: Partial<Customer> = {}) => ({ id: 'u1', name: '李雷', blocked_at: null, allowed: ['block'], ...change }) as Customer

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(createPinia())
  asked = []
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  vi.stubGlobal('fetch', (path: string, given: { method: string }) => {
    asked.push(`${given.method} ${path.replace('/api/v1', '')}`)
    return Promise.resolve(new Response(JSON.stringify(answer[1]), { status: answer[0], headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const show = (customer: Customer): VueWrapper => mount(Blocking, { props: { customer }, global: { plugins: [i18n] }, attachTo: document.body })
const words = () => document.body.textContent ?? ''

async function confirm() {
  document.querySelector('.el-dialog form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

test('who may not block sees no button, and still that the customer is blocked', () => {
  expect(show(aCustomer({ allowed: [] })).find('button').exists()).toBe(false)

  const blocked = show(aCustomer({ allowed: [], blocked_at: new Date().toISOString() }))

  expect(blocked.find('[role=status]').text()).toContain('已拉黑')
  expect(blocked.find('button').exists()).toBe(false)
})

test('a customer is blocked after a question, and the undo lets them in', async () => {
  const blocked = aCustomer({ blocked_at: new Date().toISOString() })
  const page = show(aCustomer())
  await page.find('button').trigger('click')
  await flushPromises()
  expect(asked).toEqual([])
  expect(words()).toContain('拉黑李雷？')

  answer = [200, blocked]
  await confirm()
  expect(asked).toEqual(['PUT /customers/u1/block'])
  expect(page.emitted('changed')).toEqual([[blocked]])

  answer = [200, aCustomer()]
  ;[...document.querySelectorAll<HTMLElement>('.el-message button')].find((button) => button.textContent?.includes('撤销'))?.click()
  await flushPromises()

  expect(asked.slice(1)).toEqual(['DELETE /customers/u1/block'])
  expect(page.emitted('changed')?.[1]).toEqual([aCustomer()])
})

test('one who is blocked is let in by a button', async () => {
  answer = [200, aCustomer()]
  const page = show(aCustomer({ blocked_at: new Date().toISOString() }))

  await page.find('button').trigger('click')
  await flushPromises()

  expect(asked).toEqual(['DELETE /customers/u1/block'])
  expect(page.emitted('changed')).toEqual([[aCustomer()]])
})

test('a refusal stays in the dialog with its reason', async () => {
  answer = [403, { title: 'Your role does not allow this.', status: 403, code: 'forbidden' }]
  const page = show(aCustomer())
  await page.find('button').trigger('click')
  await flushPromises()

  await confirm()

  expect(page.emitted('changed')).toBeUndefined()
  expect(words()).toContain('您的角色不能这样做')
})

test('the undo of one customer changes nothing of the next one', async () => {
  const page = show(aCustomer())
  await page.find('button').trigger('click')
  await flushPromises()
  answer = [200, aCustomer({ blocked_at: new Date().toISOString() })]
  await confirm()

  await page.setProps({ customer: aCustomer({ id: 'u2' }) })
  answer = [200, aCustomer()]
  ;[...document.querySelectorAll<HTMLElement>('.el-message button')].filter((button) => button.textContent?.includes('撤销')).at(-1)?.click()
  await flushPromises()

  expect(asked.at(-1)).toBe('DELETE /customers/u1/block')
  expect(page.emitted('changed')).toHaveLength(1)
})
