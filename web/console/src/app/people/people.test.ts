import { flushPromises, mount } from '@vue/test-utils'
import { ElOption, ElSelect } from 'element-plus'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { i18n, useLanguage } from '@/app/i18n'
import PersonSelect from './PersonSelect.vue'

const OF_TWO_HUNDRED = Array.from({ length: 20 }, (_, at) => ({ id: `u${at}`, name: `客服 ${at}` }))
let asked: string[]

beforeEach(async () => {
  await useLanguage('zh-CN')
  asked = []
  vi.stubGlobal('fetch', (path: string) => {
    const address = new URL(path, 'http://kefu.test')
    asked.push(`${address.pathname.replace('/api/v1', '')} ${address.searchParams.get('q') ?? ''}`)
    const one = address.pathname.endsWith('/u150') ? { id: 'u150', name: '周琳' } : null
    const items = address.searchParams.get('q') === '郑' ? [{ id: 'u199', name: '郑爽' }] : OF_TWO_HUNDRED
    return Promise.resolve(new Response(JSON.stringify(one ?? { items, next_cursor: null }), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

function shown(props: Record<string, unknown>) {
  const select = mount(PersonSelect, { props: props as never, global: { plugins: [i18n, createPinia()] }, attachTo: document.body })
  const offered = () => select.findAllComponents(ElOption).map((one) => one.props('label'))
  return { select, offered, look: (q: string) => select.getComponent(ElSelect).props('remoteMethod')?.(q) }
}

test('somebody beyond the first hundred is found by the server', async () => {
  const { offered, look } = shown({ modelValue: '' })

  look('郑')
  await flushPromises()

  expect(asked).toEqual(['/agents 郑'])
  expect(offered()).toEqual(['郑爽'])
})

test('whoever is chosen is named and stays in sight while another is looked for', async () => {
  const { offered, look } = shown({ modelValue: ['u150'], multiple: true })
  await flushPromises()
  const before = offered()

  look('郑')
  await flushPromises()

  expect(before).toEqual(['周琳'])
  expect(offered()).toEqual(['周琳', '郑爽'])
})

test('what may be chosen besides a colleague is no colleague to be read', async () => {
  const { offered } = shown({ modelValue: '', also: [{ value: '', label: '无' }] })
  await flushPromises()

  expect(asked).toEqual([])
  expect(offered()).toEqual(['无'])
})
