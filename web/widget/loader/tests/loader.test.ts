import { afterEach, expect, test, vi } from 'vitest'
import { aPage, kefu, leave } from './page'

afterEach(leave)

test('the frame is made on the first opening, not before', () => {
  const page = aPage()
  expect(page.frame()).toBeNull()

  page.launcher().click()

  expect(page.frame()?.src).toBe('https://desk.example/widget/?inbox=inbox-1&origin=https%3A%2F%2Fshop.example')
  expect(page.launcher().getAttribute('aria-expanded')).toBe('true')
})

test('a visitor with a conversation gets the frame at once, so that unread messages show', () => {
  localStorage.setItem('kefu:inbox-1', JSON.stringify({ token: 'old', conversation: true }))

  const page = aPage()
  page.hear({ type: 'hello' })
  page.hear({ type: 'unread', count: 3 })

  expect(page.told[0]).toMatchObject({ type: 'init', token: 'old', open: false })
  expect(page.badge().hidden).toBe(false)
  expect(page.badge().textContent).toBe('3')
})

test('what the shop asked for before the loader came is done in order', () => {
  const queue: unknown[][] = [['setUser', { external_id: '7', hash: 'h' }], ['setProduct', { id: 'p', title: 'P', url: '/p' }], ['open']]
  ;(window as { Kefu?: unknown }).Kefu = Object.assign(() => {}, { q: queue })

  const page = aPage()
  page.hear({ type: 'hello' })

  expect(page.isOpen()).toBe(true)
  expect(page.told[0]).toMatchObject({
    known: { user: { external_id: '7', hash: 'h' }, product: { id: 'p', url: 'https://shop.example/p' } },
  })
})

test('the token of the app is kept on the shop\'s own origin', () => {
  const page = aPage()
  page.launcher().click()
  page.hear({ type: 'hello' })

  page.hear({ type: 'token', token: 'fresh', conversation: true })

  expect(JSON.parse(localStorage.getItem('kefu:inbox-1') ?? '')).toEqual({ token: 'fresh', conversation: true })
})

test('another origin is not heard, nor another window of the right origin', () => {
  const page = aPage()
  page.launcher().click()
  page.hear({ type: 'hello' })

  page.hear({ type: 'token', token: 'stolen', conversation: true }, { origin: 'https://evil.example' })
  page.hear({ type: 'token', token: 'stolen', conversation: true }, { source: window })
  page.hear({ type: 'close' }, { origin: 'https://desk.example.evil.example' })

  expect(localStorage.getItem('kefu:inbox-1')).toBeNull()
  expect(page.isOpen()).toBe(true)
})

test('nothing is told to a frame that has not said hello', () => {
  const page = aPage()
  page.launcher().click()

  kefu()('setUser', { external_id: 'secret' })

  expect(page.told).toEqual([])
})

test('escape inside the frame closes, and focus returns to where it was', () => {
  const field = document.body.appendChild(document.createElement('input'))
  field.focus()
  const page = aPage()
  kefu()('open')
  page.hear({ type: 'hello' })

  page.hear({ type: 'close' })

  expect(page.isOpen()).toBe(false)
  expect(document.activeElement).toBe(field)
})

test('reset forgets the visitor and takes the frame away', () => {
  const page = aPage()
  kefu()('open')
  page.hear({ type: 'hello' })
  page.hear({ type: 'token', token: 'mine', conversation: true })

  kefu()('reset')

  expect(page.frame()).toBeNull()
  expect(localStorage.getItem('kefu:inbox-1')).toBeNull()
})

test('signing out in another tab resets this one', () => {
  const page = aPage()
  kefu()('open')
  page.hear({ type: 'hello' })

  window.dispatchEvent(Object.assign(new Event('storage'), { key: 'kefu:inbox-1', newValue: null }))

  expect(page.frame()).toBeNull()
})

test('a mistake of the shop is told by an event and never thrown', () => {
  aPage()
  const errors: unknown[] = []
  const circle: Record<string, unknown> = {}
  circle.itself = circle
  kefu()('on', 'error', (detail: unknown) => errors.push(detail))

  kefu()('setUser', circle)
  kefu()('setProduct', { id: 'p', url: 'https://' })
  kefu()('dance')
  kefu()('constructor')

  expect(errors).toHaveLength(4)
})

test('a handler that throws stops neither us nor the next one', () => {
  const shown = vi.spyOn(console, 'error').mockImplementation(() => {})
  const page = aPage()
  const heard = vi.fn()
  kefu()('on', 'open', () => {
    throw new Error('shop')
  })
  kefu()('on', 'open', heard)

  kefu()('open')

  expect(heard).toHaveBeenCalledOnce()
  expect(page.isOpen()).toBe(true)
  expect(shown).toHaveBeenCalledOnce()
})

test('ready is told also to those who ask late, and messages are passed on', () => {
  const page = aPage()
  const ready = vi.fn()
  const message = vi.fn()
  kefu().on?.('ready', ready)
  const off = kefu().on?.('message', message) as () => void
  kefu()('open')
  page.hear({ type: 'hello' })
  const told = { id: 'm', kind: 'text', text: '您好', sender: { type: 'agent', name: '小林' }, at: 'now' }

  page.hear({ type: 'message', message: told })
  off()
  page.hear({ type: 'message', message: told })

  expect(ready).toHaveBeenCalledOnce()
  expect(message).toHaveBeenCalledExactlyOnceWith(told)
})

test('a page change without a load is told once the title has followed', () => {
  vi.useFakeTimers()
  const page = aPage()
  kefu()('open')
  page.hear({ type: 'hello' })

  history.pushState({}, '', '/tents')
  document.title = '帐篷'
  vi.advanceTimersByTime(200)
  history.replaceState({}, '', '/tents')
  vi.advanceTimersByTime(200)
  vi.useRealTimers()

  expect(page.told.filter(({ type }) => type === 'page')).toEqual([
    { mark: 'kefu/1', type: 'page', page: { url: 'https://shop.example/tents', title: '帐篷', referrer: 'https://shop.example/' } },
  ])
})

test('a frame that never answers is shown with a way to try again', () => {
  vi.useFakeTimers()
  const page = aPage()
  const failed = vi.fn()
  kefu()('on', 'error', failed)

  kefu()('open')
  vi.advanceTimersByTime(16_000)
  vi.useRealTimers()

  const again = page.host.shadowRoot?.querySelector<HTMLButtonElement>('.again')
  expect(again?.hidden).toBe(false)
  expect(failed).toHaveBeenCalledWith(expect.objectContaining({ code: 'frame_not_loaded' }))
})

test('the launcher can be hidden, put left and coloured', () => {
  const page = aPage({ hideLauncher: true, side: 'left', colour: '#ffe08a' })

  expect(page.launcher().hidden).toBe(true)
  expect(page.host.shadowRoot?.querySelector('.left')).not.toBeNull()
  expect(page.host.style.getPropertyValue('--accent')).toBe('#ffe08a')
  expect(page.host.style.getPropertyValue('--ink')).toBe('#111')
})
