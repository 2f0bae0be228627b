/** The places one may go to: all of them for the rail, the few main ones for the bar of a phone. */

import { Settings } from '@lucide/vue'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import type { NavigationItem } from '../feature'
import { allOf } from '../features'
import { useSession } from '../session'

const IN_BAR = 4

export function inOrder(items: NavigationItem[], may: (permission?: string) => boolean): NavigationItem[] {
  return items.filter((item) => may(item.permission)).sort((a, b) => a.order - b.order)
}

/** Main places first; whoever may see few of them gets the next ones, so that the bar is never half empty. */
export function forPhones(items: NavigationItem[]): { bar: NavigationItem[]; rest: NavigationItem[] } {
  const ranked = [...items.filter((item) => item.main), ...items.filter((item) => !item.main)]
  const bar = ranked.slice(0, IN_BAR).sort((a, b) => a.order - b.order)
  return { bar, rest: items.filter((item) => !bar.includes(item)) }
}

export const sumOfBadges = (items: NavigationItem[]): number => items.reduce((sum, item) => sum + (item.badge?.() ?? 0), 0)

export const atMost99 = (count: number): string => (count > 99 ? '99+' : String(count))

export function useNavigation() {
  const session = useSession()
  const route = useRoute()
  const items = computed(() =>
    inOrder(
      [...allOf('navigation').flat(), { to: '/settings', icon: Settings, label: 'app.settings.title', order: 900, place: 'bottom' }],
      session.may,
    ),
  )
  const isHere = (item: NavigationItem) => route.path === item.to || route.path.startsWith(`${item.to}/`)
  return { items, isHere }
}
