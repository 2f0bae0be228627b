import { expect, test } from 'vitest'
import { meaningOf, orderCard, price, specLine } from './looks'

test('smallest units become money in their own currency', () => {
  expect(price(69900, 'CNY', 'zh-CN')).toBe('¥699.00')
  expect(price(1500, 'JPY', 'en')).toBe('¥1,500')
})

test('an order card says the amount as its customer reads it', () => {
  const order = { id: '1', number: 'SY1', status: 'paid', total_amount: 69900, currency: 'CNY' }

  expect(orderCard(order, '已付款')).toEqual({ id: '1', number: 'SY1', status: '已付款', amount: 699, currency: 'CNY' })
})

test('a state that is not known is quiet', () => {
  expect([meaningOf('lost'), meaningOf('odd')]).toEqual(['danger', 'quiet'])
})

test('specs stand in one line', () => {
  expect(specLine({ 颜色: '绿', 尺码: 'M' })).toBe('颜色 绿 · 尺码 M')
})
