import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { differenceOf, type OwnReturn, pathOf } from '../service/returning'
import Orders from '../src/orders/Orders.vue'
import { pictureOf } from '../src/orders/orders'
import { aVisit, settle } from './visit'

const nasty = '<img src=x onerror="window.hurt=1">'
let answers: Record<string, [number, unknown]>
let fetched: { method: string; path: string; body: unknown; token: string | null }[]

const anOrder = (changes = {}) => ({
  id: 'o1', number: 'SY1', shop: '山野户外', status: 'delivered', currency: 'CNY', total_amount: 32900, paid_amount: 32900, refunded_amount: 0,
  placed_at: '2026-03-01T02:00:00Z', promised_by: null, recipient: '王*', phone: null, province: '浙江省', city: '杭州市', district: null,
  steps: [{ name: 'placed', at: '2026-03-01T02:00:00Z' }, { name: 'delivered', at: '2026-03-03T02:00:00Z' }],
  lines: [{ id: 'l1', title: '登山靴', specs: {}, sku: null, quantity: 2, amount: 32900, image: null }],
  shipments: [], refunds: [], invoices: [], changes: [], windows: [], cancel_reasons: [], ...changes,
}) // prettier-ignore

const aReturn = (changes: Partial<OwnReturn> = {}): OwnReturn => ({
  id: 'r1', number: 'TH1', kind: 'return', status: 'open', node: 'send_back', titles: ['登山靴 ×1'], grounds: '', carrier: null, tracking_number: null,
  suggested_carrier: 'sf', visit_at: null, photos: 0, repair: [], difference: null, applied_at: '2026-03-04T02:00:00Z', ended_at: null, allowed: ['withdraw', 'send', 'photo'],
  steps: [{ node: 'apply', entered_at: '2026-03-04T02:00:00Z', left_at: '2026-03-04T02:00:00Z' }, { node: 'send_back', entered_at: '2026-03-04T03:00:00Z', left_at: null }],
  ...changes,
}) // prettier-ignore

const returns = (cases: OwnReturn[] = [], left = 2) => ({
  cases,
  options: [{ kind: 'return', open: true, reason: null, until: '2026-03-18T02:00:00Z' }, { kind: 'repair', open: false, reason: 'nothing_left', until: null }],
  lines: [{ line_id: 'l1', title: nasty, left, in_warranty: true }],
  promises: { apply_within_days: 15 },
})

const aRow = (changes = {}) => ({ id: 'o1', number: 'SY1', status: 'delivered', title: nasty, pieces: 2, image: 'javascript:window.hurt=1', currency: 'CNY', total_amount: 32900, placed_at: '2026-03-01T02:00:00Z', promised_by: null, case: { kind: 'return', status: 'open', node: 'send_back' }, ...changes })

beforeEach(() => {
  fetched = []
  answers = { 'GET order': [200, anOrder()], 'GET order/returns': [200, returns()] }
  vi.stubGlobal('fetch', (address: string, given: { method: string; body?: unknown; headers: Record<string, string> }) => {
    const path = address.split('/service/')[1] as string
    fetched.push({ method: given.method, path, body: typeof given.body === 'string' ? JSON.parse(given.body) : given.body, token: given.headers.Authorization ?? null })
    const [status, body] = answers[`${given.method} ${path}`] ?? [404, { code: 'not_found' }]
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

async function opened(given: unknown) {
  const visit = aVisit()
  visit.answers['/orders'] = given
  visit.answers['/orders/o1/pass'] = { token: 'pass', until: '2026-03-05T00:00:00Z' }
  await visit.begin()
  const shown = visit.show(Orders, {})
  await flushPromises()
  return { visit, shown }
}

test('one sees one’s orders with the state of their returns, and markup is text', async () => {
  const { shown } = await opened({ proven: true, items: [aRow()] })

  expect(shown.text()).toContain(nasty)
  expect(shown.text()).toContain('退货 · 等您寄回')
  expect(shown.findAll('img')).toHaveLength(0)
})

test('an order opens with a pass, and goods are applied for', async () => {
  const { visit, shown } = await opened({ proven: true, items: [aRow()] })
  answers['POST order/returns'] = [201, returns([aReturn()], 1)]

  await shown.find('.list button').trigger('click')
  await settle()
  await shown.findAll('.choices button').find((one) => one.text().startsWith('退货'))?.trigger('click')
  await shown.find('select[aria-label="数量"]').setValue('1')
  await shown.find('form').trigger('submit')
  await settle()

  expect(visit.to('/orders/o1/pass')).toHaveLength(1)
  const sent = fetched.find((one) => one.method === 'POST')
  expect(sent?.token).toBe('Bearer pass')
  expect(sent?.body).toEqual({ kind: 'return', lines: [{ line_id: 'l1', quantity: 1 }], reason: 'no_reason', note: '' })
  expect(shown.text()).toContain('售后单号 TH1')
  expect(shown.text()).toContain('推荐使用 顺丰速运')
})

test('what was typed stays when it is refused', async () => {
  const { shown } = await opened({ proven: true, items: [aRow()] })
  answers['POST order/returns'] = [409, { code: 'too_late' }]
  await shown.find('.list button').trigger('click')
  await settle()
  await shown.findAll('.choices button').find((one) => one.text().startsWith('退货'))?.trigger('click')
  await shown.find('textarea').setValue('鞋底开胶')
  await shown.find('form').trigger('submit')
  await settle()

  expect(shown.find('[role=alert]').text()).toContain('已超过可以申请的期限')
  expect((shown.find('textarea').element as HTMLTextAreaElement).value).toBe('鞋底开胶')
})

test('pictures that do not arrive are told of, and the application stands', async () => {
  const { shown } = await opened({ proven: true, items: [aRow()] })
  answers['POST order/returns'] = [201, returns([aReturn()], 1)]
  answers['POST order/returns/r1/photos'] = [413, { code: 'too_large' }]
  await shown.find('.list button').trigger('click')
  await settle()
  await shown.findAll('.choices button').find((one) => one.text().startsWith('退货'))?.trigger('click')
  const chooser = shown.find('.choices + form input[type=file]')
  const files = Array.from({ length: 7 }, (_, at) => new File(['x'], `${at}.png`, { type: 'image/png' }))
  Object.defineProperty(chooser.element, 'files', { value: files, configurable: true })
  await chooser.trigger('change')
  expect(shown.find('[role=alert]').text()).toContain('照片已经够多了')
  await shown.find('.choices + form').trigger('submit')
  await settle()

  expect(fetched.filter((one) => one.path.endsWith('/photos'))).toHaveLength(6)
  expect(shown.text()).toContain('售后单号 TH1')
  expect(shown.findAll('[role=alert]').map((one) => one.text())).toEqual([expect.stringContaining('有 6 张照片没有传上')])
})

test('a stranger is asked for a proof, and leaves again', async () => {
  const { shown } = await opened({ proven: false, items: [] })
  expect(shown.text()).toContain('手机号后四位')

  await shown.find('.back').trigger('click')

  expect(shown.emitted('close')).toHaveLength(1)
})

test('the path of a case knows what is behind, where it stands and what lies ahead', () => {
  expect(pathOf(aReturn()).map(({ name, state }) => `${name} ${state}`)).toEqual(['apply done', 'review done', 'send_back now', 'inspect ahead', 'refund ahead'])
  expect(pathOf(aReturn({ status: 'withdrawn' })).map(({ name, state }) => `${name} ${state}`)).toEqual(['apply done', 'send_back done'])
})

test.each([['https://x.cn/a.png', true], ['//x.cn/a.png', true], ['javascript:1', false], ['data:image/png;base64,x', false], [null, false]])('a picture of %s is shown: %s', (address, is) => {
  expect(pictureOf(address) !== null).toBe(is)
})

test('an exchange says what it costs more or less until it is settled', () => {
  const of = (amount: number, way: 'paid' | 'waived' | null, status = 'open') => differenceOf(aReturn({ kind: 'exchange', status, difference: { amount, currency: 'CNY', way } }))?.key

  expect([of(300, null), of(-300, null), of(300, 'paid'), of(300, 'waived', 'done'), of(300, null, 'withdrawn')]).toEqual(['difference.owes', 'difference.owed', 'difference.paid', 'difference.waived', undefined])
})
