/** Notifications: the centre, its badge, and how one wants to be told. */

import { Bell, BellRing } from '@lucide/vue'
import type { Feature } from '@/app/feature'
import { reducers } from './reducers'
import { useNotifications } from './store'

export default {
  name: 'notifications',
  routes: [{ path: 'notifications', component: () => import('./pages/Notifications.vue') }],
  navigation: [
    { to: '/notifications', icon: Bell, label: 'notifications.title', order: 800, place: 'bottom', badge: () => useNotifications().known.unread },
  ],
  settings: [
    { path: 'notifications', group: 'mine', label: 'notifications.preferences', icon: BellRing, order: 20, component: () => import('./pages/Preferences.vue') },
  ],
  reducers: Object.fromEntries(Object.keys(reducers).map((kind) => [kind, (event) => useNotifications().apply(event)])),
  listeners: { ready: () => void useNotifications().count().catch(() => undefined) },
} satisfies Feature as Feature
