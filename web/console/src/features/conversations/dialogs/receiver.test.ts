import { flushPromises, mount } from '@vue/test-utils'
import { ElOption, ElSelect } from 'element-plus'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { i18n, useLanguage } from '@/app/i18n'
import ReceiverSelect from './ReceiverSelect.vue'

const ANSWERS: Record<string, unknown> = {
  '/teams': [{ id: 't1', name: '售后组' }, { id: 't2', name: '郑州组' }],
  '/agents': [{ id: 'u1', name: '孙倩', avatar: null, availability: 'online' }],
  '/agents?郑': [{ id: 'u199', name: '郑爽', avatar: null, availability: 'away' }],
}

beforeEach(async () => {
  await useLanguage('zh-CN')
  vi.stubGlobal('fetch', (path: string) => {
    const address = new URL(path, 'http://kefu.test')
    const q = address.searchParams.get('q')
    const items = ANSWERS[address.pathname.replace('/api/v1', '') + (q ? `?${q}` : '')]
    return Promise.resolve(new Response(JSON.stringify({ items, next_cursor: null }), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

test('conversations go to anybody whom the server finds, or to a team with these letters', async () => {
  const shown = mount(ReceiverSelect, { props: { modelValue: '' }, global: { plugins: [i18n, createPinia()] }, attachTo: document.body })
  const offered = () => shown.findAllComponents(ElOption).map((one) => one.props('value'))
  await flushPromises()
  const first = offered()

  shown.getComponent(ElSelect).props('remoteMethod')?.('郑')
  await flushPromises()

  expect(first).toEqual(['agent:u1', 'team:t1', 'team:t2'])
  expect(offered()).toEqual(['agent:u199', 'team:t2'])
})
