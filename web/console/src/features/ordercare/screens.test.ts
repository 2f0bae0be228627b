import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession } from '@/app/session'
import AfterSaleAction from './components/AfterSaleAction.vue'
import AfterSaleDialog from './components/AfterSaleDialog.vue'
import InvoiceVoidDialog from './components/InvoiceVoidDialog.vue'
import PolicyRules from './components/PolicyRules.vue'
import Benefits from './settings/Benefits.vue'
import Slots from './settings/Slots.vue'
import { afterSaleKinds, changesOf, linesBack, type Care, type CaredOrder, type Invoice, type Rules } from './shapes'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
const pinia = createPinia()
let answers: Record<string, unknown>
let asked: { method: string; path: string; body: unknown }[]

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(pinia)
  vi.spyOn(useSession(), 'may').mockReturnValue(true)
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  answers = {}
  asked = []
  vi.stubGlobal('fetch', (path: string, given: { method: string; body?: string }) => {
    const place = path.replace('/api/v1', '')
    asked.push({ method: given.method, path: place, body: given.body ? JSON.parse(given.body) : undefined })
    const body = answers[`${given.method} ${place.split('?')[0]}`] ?? []
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function shown(component: unknown, props: Record<string, unknown> = {}): Promise<VueWrapper> {
  const found = mount(component as never, { props: props as never, global: { plugins: [i18n, pinia, router] }, attachTo: document.body })
  await flushPromises()
  return found
}

const rules: Rules = {
  cancel_reasons: ['other'], content_once: false, content_locks_order: false, same_product_only: false, same_option_stays: false, quantity_may_change: true,
  payment_must_differ: true, gift_card_must_cover: true, return_statuses: ['delivered'], exchange_statuses: [], refund_to: 'original', after_sale_once: true,
}
const care: Care = { order_id: 'o1', windows: [], rules, methods: [], options: {}, changes: [], after_sales: [] }
const order: CaredOrder = {
  id: 'o1', number: 'A1', status: 'delivered', currency: 'CNY', total_amount: 100, recipient: null, phone: null, province: null, city: null, district: null, customer: null,
  lines: [{ id: 'l1', title: '帐篷', specs: {}, sku_id: null, quantity: 3, returned_quantity: 1, amount: 300 }],
}
const invoice = { id: 'i1', state: 'issued', kind: 'company', medium: 'electronic', title: '云雀', tax_number: '91', email: 'a***@b.c' } as Invoice

test('a week of slots stands by day, and each can be offered no more', async () => {
  answers['GET /appointment-slots'] = [{ id: 's1', kind: 'repair', mode: 'remote', weekday: 2, starts: '09:00', ends: '10:00', capacity: 3 }]
  const screen = await shown(Slots)

  expect(screen.text()).toContain('维修 · 远程')
  expect(screen.find('.day:nth-child(3)').text()).toContain('09:00–10:00')
  expect(screen.find('.day:nth-child(3)').text()).toContain('可约 3 个')
})

test('without slots the screen says what is missing', async () => {
  expect((await shown(Slots)).text()).toContain('还没有可约时段')
})

test('a rule of price protection is kept in smallest units, of all shops', async () => {
  answers['GET /benefit-rules'] = { price_protection: [{ shop_id: null, days: 7, counts_from: 'placed', most_per_line: 5000 }], freight: [], limits: [{ role: 'agent', per_coupon: 1000, per_customer: 3000 }] }
  const screen = await shown(Benefits)

  const [price, , limit] = screen.findAll('form')
  await price?.trigger('submit')
  await limit?.trigger('submit')
  await flushPromises()

  const kept = asked.filter((one) => one.method === 'PUT')
  expect(kept).toEqual([
    { method: 'PUT', path: '/benefit-rules/price-protection', body: { days: 7, counts_from: 'placed', most_per_line: 5000 } },
    { method: 'PUT', path: '/benefit-rules/limits/agent', body: { per_coupon: 1000, per_customer: 3000 } },
  ])
})

test('the policy of one shop is changed alone', async () => {
  answers['GET /care-rules'] = rules
  answers['PATCH /care-rules'] = { ...rules, content_once: true }
  const screen = await shown(PolicyRules, { shops: [], disabled: false, turn: 1 })

  await screen.find('.el-switch input').trigger('change')
  await flushPromises()

  expect(asked.at(-1)).toEqual({ method: 'PATCH', path: '/care-rules', body: { content_once: true } })
})

test('an issued invoice asks for its red letter', async () => {
  await shown(InvoiceVoidDialog, { invoice })

  expect(document.body.textContent).toContain('红字发票号码')
})

test('what is written anew says its red letter, and leaves where it goes as it was', () => {
  const form = { kind: 'personal', medium: 'electronic', title: ' 王芳 ', tax_number: '91', email: '', address: '', red_number: 'R1' } as const

  expect(changesOf(invoice, form)).toEqual({ kind: 'personal', medium: 'electronic', title: '王芳', tax_number: null, red_number: 'R1' })
  expect(changesOf({ ...invoice, state: 'applied' }, { ...form, medium: 'paper', address: '文三路 1 号' })).toEqual({ kind: 'personal', medium: 'paper', title: '王芳', tax_number: null, address: '文三路 1 号' })
})

test('a return is asked for with the pieces that are left', async () => {
  const screen = await shown(AfterSaleDialog, { order, care })

  document.body.querySelector('form')?.dispatchEvent(new Event('submit'))
  await flushPromises()

  expect(asked.at(-1)).toEqual({ method: 'POST', path: '/orders/o1/after-sales', body: { kind: 'return', lines: [{ line: 'l1' }], reason: 'quality', payment_method: null } })
  expect(screen.emitted('done')).toHaveLength(1)
})

test('beside a conversation the same is asked for, with the conversation named', async () => {
  Object.assign(answers, { 'GET /orders/o1': order, 'GET /orders/o1/care': care })
  const screen = await shown(AfterSaleAction, { order: 'o1', conversation: 'c1', status: 'delivered' })

  await screen.find('button').trigger('click')
  await flushPromises()
  document.body.querySelector('form')?.dispatchEvent(new Event('submit'))
  await flushPromises()

  expect(asked.at(-1)).toEqual({ method: 'POST', path: '/orders/o1/after-sales', body: { kind: 'return', lines: [{ line: 'l1' }], reason: 'quality', payment_method: null, conversation: 'c1' } })
  expect(screen.findComponent(AfterSaleDialog).exists()).toBe(false)
})

test('an order that nobody paid has no such button', async () => {
  expect((await shown(AfterSaleAction, { order: 'o1', conversation: 'c1', status: 'created' })).find('button').exists()).toBe(false)
})

test('what the policy does not take is not offered', () => {
  const once = { ...care, after_sales: [{ id: '1', kind: 'return' }] } as Care
  const repaired = { ...care, after_sales: [{ id: '1', kind: 'repair' }] } as Care

  expect(afterSaleKinds(order, care)).toEqual(['return', 'repair', 'refund_only', 'installation'])
  expect(afterSaleKinds({ status: 'paid' }, care)).toEqual(['refund_only', 'installation'])
  expect(afterSaleKinds({ status: 'cancelled' }, care)).toEqual([])
  expect(afterSaleKinds(order, once)).toEqual(['repair', 'refund_only', 'installation'])
  expect(afterSaleKinds(order, repaired)).toContain('return')
  expect(linesBack('exchange', [{ line: 'a', chosen: true, quantity: 2, pieces: 1, sku: 'k' }, { line: 'b', chosen: false, quantity: 1, pieces: 1, sku: '' }])).toEqual([{ line: 'a', quantity: 1, sku: 'k' }])
})
