import { expect, test } from 'vitest'
import { groupsOf, NEW_PRICE_RULE, smallest, whole, withGeneral, type PriceRule, type Slot } from './policies'

const slot = (given: Partial<Slot>): Slot => ({ id: '1', kind: 'installation', mode: 'on_site', weekday: 0, starts: '09:00', ends: '11:00', capacity: 1, ...given })

test('slots stand by kind and way, each day from early to late', () => {
  const groups = groupsOf([slot({ id: 'c', kind: 'repair', mode: 'remote' }), slot({ id: 'b', starts: '14:00' }), slot({ id: 'a' }), slot({ id: 'd', weekday: 2 })])

  expect(groups.map((one) => one.key)).toEqual(['installation.on_site', 'repair.remote'])
  expect(groups[0]?.days[0]?.map((one) => one.id)).toEqual(['a', 'b'])
  expect(groups[0]?.days[2]?.map((one) => one.id)).toEqual(['d'])
})

test('the general rule stands first, made up where there is none', () => {
  const own: PriceRule = { shop_id: 's', days: 3, counts_from: 'delivered', most_per_line: 500 }

  expect(withGeneral([own], NEW_PRICE_RULE)).toEqual([{ ...NEW_PRICE_RULE, shop_id: null }, own])
  expect(withGeneral([own, { ...own, shop_id: null }], NEW_PRICE_RULE)[0]).toEqual({ ...own, shop_id: null })
})

test('amounts go in and out to the last figure', () => {
  expect([smallest(19.99), whole(1999), smallest(0.1 + 0.2)]).toEqual([1999, 19.99, 30])
})
