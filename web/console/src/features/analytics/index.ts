/** Analytics: what the department and its operators manage by. */

import { Activity } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'analytics',
  settings: [
    { path: 'uptime', group: 'safety', label: 'analytics.uptime.title', icon: Activity, order: 40, permission: 'metric.read', component: () => import('./settings/Uptime.vue') },
  ],
} satisfies Feature
