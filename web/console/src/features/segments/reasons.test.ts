/** Why a customer has their tier and stands in their segments. */

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession, type Me } from '@/app/session'
import type { Standing } from '@/features/customers/api'
import TierReason from '@/features/customers/components/TierReason.vue'
import SegmentReasons from './components/SegmentReasons.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
const STANDING: Standing = {
  tier: { value: 'vip', how: 'agent', at: '2026-03-12T09:00:00Z', by: { id: 'a1', name: '林晓' } },
  segments: [
    {
      dimension: 'lifecycle', value: 'core', since: '2026-03-12T09:00:00Z', rule_id: 'r1', rule_name: '核心会员', rule_version: 2,
      conditions: { any: [] },
      evidence: [
        { field: 'orders', operator: 'at_least', value: 3, holds: true, found: 4 },
        { field: 'spent', operator: 'at_least', value: 100000, holds: false, found: 30000 },
        { field: 'last_return', operator: 'within_days', value: 30, holds: false, found: null },
      ],
    },
    { dimension: 'persona', value: 'other', since: '2026-03-12T09:00:00Z', rule_id: null, rule_name: null, rule_version: null, conditions: null, evidence: [] },
  ],
}

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(createPinia())
  useSession().me = { id: 'a1', name: '林晓', permissions: [], teams: [], preferences: {} } as unknown as Me
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(STANDING), { status: 200, headers: { 'Content-Type': 'application/json' } })))
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

async function opened(component: unknown) {
  const page = mount(component as never, { props: { customer: 'u1' } as never, global: { plugins: [i18n, router] }, attachTo: document.body })
  await page.get('.ask').trigger('click')
  await flushPromises()
  return page
}

test('a segment names its rule and version, and each condition with what it finds now', async () => {
  const page = await opened(SegmentReasons)

  const lines = page.findAll('li').map((one) => one.text())
  expect(page.get('.because').text()).toContain('规则“核心会员”第 2 版')
  expect(page.get('.because').text()).toContain('任一满足')
  expect(lines[0]).toMatch(/现在成立.*至少 3.*现在是 4/)
  expect(lines[1]).toMatch(/现在不成立.*1,000\.00.*300\.00/)
  expect(lines[2]).toContain('最近 30 天内')
  expect(page.get('.because').text()).toContain('没有规则命中')
  expect(page.find('.because a').exists()).toBe(false)
})

test('a tier names who gave it', async () => {
  const page = await opened(TierReason)

  expect(page.get('.because').text()).toContain('林晓设为VIP')
})
