import { expect, test } from 'vitest'
import { linkify, webAddress } from '../src/text/linkify'

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? [])

test.each([
  ['见https://a.example/x。谢谢', 'https://a.example/x'],
  ['(https://a.example/x)', 'https://a.example/x'],
  ['https://a.example/x_(y)', 'https://a.example/x_(y)'],
  ['https://a.example/?q=1&r=2，', 'https://a.example/?q=1&r=2'],
  ['HTTPS://A.example/', 'https://a.example/'],
  ['写信到 help@shop.example。', 'mailto:help@shop.example'],
])('%s has one link', (text, href) => {
  expect(links(text)).toEqual([href])
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'https://', 'http://<script>', 'file:///etc', '//evil.example'])('%s is no link', (text) => {
  expect(links(text)).toEqual([])
})

test('every character of the text is kept, in order', () => {
  const text = '<b>看</b> https://a.example/"onclick="x 和 a@b.example 👨‍👩‍👧 \u202eتم'

  expect(linkify(text).map((piece) => piece.text).join('')).toBe(text)
})

test.each(['javascript:alert(1)', 'JaVaScRiPt:1', ' javascript:1', 'data:image/svg+xml,<svg/>', 'blob:x', '', null, 7, {}])('%s is no address for a card', (address) => {
  const found = webAddress(address || undefined)

  expect(found === null || /^https?:/.test(found)).toBe(true)
})
