import { expect, test } from 'vitest'
import { numberOf, type SeenLine } from './seen'

const line = (key: string, value: string): SeenLine => ({ key, label: key, value, href: null })

test('an order is known by its number, wherever the shop puts it', () => {
  expect(numberOf([line('title', '帐篷'), line('orderId', 'A-1')])).toBe('A-1')
  expect(numberOf([line('订单号', 'B-2'), line('title', '灯')])).toBe('B-2')
  expect(numberOf([line('title', '帐篷')])).toBe('帐篷')
  expect(numberOf([])).toBe('')
})
