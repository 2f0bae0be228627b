/** Analytics: what the department and its operators manage by. */

import { Activity, Gauge } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'analytics',
  places: { operations: () => '/settings/set-aside' },
  settings: [
    { path: 'bottlenecks', group: 'safety', label: 'analytics.bottlenecks.title', icon: Gauge, order: 50, permission: 'metric.read', component: () => import('./settings/Bottlenecks.vue') },
    { path: 'uptime', group: 'safety', label: 'analytics.uptime.title', icon: Activity, order: 40, permission: 'metric.read', component: () => import('./settings/Uptime.vue') },
  ],
} satisfies Feature
