import { existsSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { el } from '../src/dom'
import { goodOf, goods } from '../src/goods'
import { people } from '../src/orders'
import { words } from '../src/words'

type Call = unknown[]
const view = window as unknown as { Kefu?: { q?: Call[] } }

beforeEach(() => {
  document.body.innerHTML = '<div id="shop"></div>'
  vi.resetModules()
  vi.stubGlobal('fetch', async (address: string) => {
    if (address.includes('config')) return Response.json({ inbox: 'demo' })
    return Response.json({ external_id: 'shop-wangfang', hash: 'h' })
  })
  vi.spyOn(document.head, 'append').mockImplementation((script) => void appended.push(script as HTMLScriptElement))
})
afterEach(() => {
  appended.length = 0
  localStorage.clear()
  delete view.Kefu
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  history.replaceState({}, '', '/shop/')
})

const appended: HTMLScriptElement[] = []
const settle = () => new Promise((resolve) => setTimeout(resolve, 20))
const calls = () => (view.Kefu?.q ?? []) as Call[]

test('every product has a picture, and says everything in both languages', () => {
  expect(goods).toHaveLength(12)
  for (const good of goods) {
    expect(existsSync(`public/goods/${good.id}.svg`)).toBe(true)
    expect([good.title, good.line, ...good.colours, ...good.facts.flat()].every(({ zh, en }) => zh && en)).toBe(true)
  }
  expect(Object.values(words).every(({ zh, en }) => zh && en)).toBe(true)
})

test('every order is of goods there are', () => {
  const ordered = people.flatMap(({ orders }) => orders.flatMap(({ items }) => items))

  expect(people).toHaveLength(3)
  expect(ordered.every(({ id }) => goodOf(id))).toBe(true)
})

test('the front page shows all goods and brings the chat with its inbox', async () => {
  await import('../src/home')
  await settle()

  expect(document.querySelectorAll('.tile')).toHaveLength(12)
  expect(appended[0]?.src).toMatch(/\/widget\.js$/)
  expect(appended[0]?.dataset).toMatchObject({ inbox: 'demo', locale: 'zh-CN' })
})

test('a product page tells the chat what is looked at', async () => {
  history.replaceState({}, '', '/shop/product.html?id=tent')

  await import('../src/product')
  await settle()

  expect(document.title).toContain('云雀')
  expect(calls()).toContainEqual(['setProduct', expect.objectContaining({ id: 'tent', price: 699, currency: 'CNY' })])
})

test('a product nobody sells is said to be missing', async () => {
  history.replaceState({}, '', '/shop/product.html?id=<b>')

  await import('../src/product')

  expect(document.querySelector('h1')?.textContent).toBe('没有找到这件商品。')
})

test('orders ask to sign in first, then show and tell the newest', async () => {
  await import('../src/orderPage')
  expect(document.querySelectorAll('.order')).toHaveLength(0)

  vi.resetModules()
  localStorage.setItem('shop:person', 'wangfang')
  await import('../src/orderPage')
  await settle()

  expect(document.querySelectorAll('.order')).toHaveLength(3)
  expect(calls()).toContainEqual(['setOrder', expect.objectContaining({ number: 'SY2026-100482', status: '已发货', amount: 888 })])
  expect(calls()).toContainEqual(['setUser', { name: '王芳', external_id: 'shop-wangfang', hash: 'h' }])
})

test('English is remembered', async () => {
  localStorage.setItem('shop:language', 'en')

  await import('../src/home')

  expect(document.documentElement.lang).toBe('en')
  expect(document.querySelector('h1')?.textContent).toBe('Give your weekends back to the hills')
})

test('what goes into a page goes in as text', () => {
  const made = el('p', { title: '"><b>' }, '<img src=x onerror=1>')

  expect(made.children).toHaveLength(0)
  expect(made.textContent).toBe('<img src=x onerror=1>')
})
