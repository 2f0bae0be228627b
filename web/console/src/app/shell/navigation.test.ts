import { Bell } from '@lucide/vue'
import { expect, test } from 'vitest'
import type { NavigationItem } from '../feature'
import { atMost99, forPhones, inOrder, sumOfBadges } from './navigation'

const place = (to: string, order: number, more: Partial<NavigationItem> = {}): NavigationItem => ({ to, order, icon: Bell, label: to, ...more })
const names = (items: NavigationItem[]) => items.map((item) => item.to)

test('the bar of a phone holds the main places, in the order of the rail', () => {
  const items = [place('/a', 1), place('/b', 2, { main: true }), place('/c', 3, { main: true }), place('/d', 4), place('/e', 5, { main: true }), place('/f', 6, { main: true })]

  const { bar, rest } = forPhones(items)

  expect(names(bar)).toEqual(['/b', '/c', '/e', '/f'])
  expect(names(rest)).toEqual(['/a', '/d'])
})

test('who sees few main places gets the next ones', () => {
  const { bar, rest } = forPhones([place('/a', 1), place('/b', 2, { main: true }), place('/c', 3), place('/d', 4), place('/e', 5)])

  expect(names(bar)).toEqual(['/a', '/b', '/c', '/d'])
  expect(names(rest)).toEqual(['/e'])
})

test('places one may not see are nowhere', () => {
  const items = [place('/b', 2), place('/a', 1, { permission: 'a.read' }), place('/c', 0, { permission: 'c.read' })]

  expect(names(inOrder(items, (permission) => permission !== 'c.read'))).toEqual(['/a', '/b'])
})

test('what waits in the places behind "more" is counted', () => {
  const items = [place('/a', 1, { badge: () => 3 }), place('/b', 2), place('/c', 3, { badge: () => 120 })]

  expect(sumOfBadges(items)).toBe(123)
  expect(atMost99(sumOfBadges(items))).toBe('99+')
  expect(atMost99(7)).toBe('7')
})
