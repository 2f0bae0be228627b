/** The centre says why each notification came, to whoever asks. */

import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession, type Me } from '@/app/session'
import Notifications from './pages/Notifications.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
const ONE = { id: 'n1', kind: 'promise.broken', subject_kind: 'conversation', subject: 'c1', conversation: 'c1', actor: null, params: {}, about: '林晓梅', count: 1, at: '2026-03-12T09:00:00Z', read_at: null }
let asked: string[]

const signIn = (...permissions: string[]) => (useSession().me = { id: 'a1', name: '陈思远', permissions, teams: [], preferences: {} } as unknown as Me)

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(createPinia())
  asked = []
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path.replace('/api/v1', ''))
    const body = path.includes('/reason') ? { text: '时效策略“标准”承诺：首次回复在 2 分钟内。', setting: 'policies' } : { items: [ONE], next_cursor: null }
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

async function opened(): Promise<VueWrapper> {
  const page = mount(Notifications, { global: { plugins: [i18n, router] }, attachTo: document.body })
  await flushPromises()
  await page.get('.ask').trigger('click')
  await flushPromises()
  return page
}

test('it names the policy and leads to its settings, and leaves the line unread', async () => {
  signIn('policy.read')

  const page = await opened()

  expect(page.get('.ask').text()).toBe('为什么提醒我')
  expect(page.get('.because').text()).toContain('时效策略“标准”承诺')
  expect(page.get('.because a').attributes('href')).toBe('/settings/policies')
  expect(asked.filter((path) => path.includes('/read'))).toEqual([])
})

test('who may not see the settings is not led there', async () => {
  signIn()

  const page = await opened()

  expect(page.get('.because').text()).toContain('首次回复在 2 分钟内')
  expect(page.find('.because a').exists()).toBe(false)
})

test('Escape closes the answer', async () => {
  signIn()
  const page = await opened()

  await page.get('.ask').trigger('keydown', { key: 'Escape' })

  expect(page.find('.because').exists()).toBe(false)
})
