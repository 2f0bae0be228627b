/** Promises: working calendars, and the times in which customers are answered. */

import { CalendarDays, Timer } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'promises',
  settings: [
    { path: 'calendars', group: 'promises', label: 'promises.calendars.title', icon: CalendarDays, order: 10, permission: 'calendar.read', component: () => import('./settings/Calendars.vue') },
    { path: 'policies', group: 'promises', label: 'promises.policies.title', icon: Timer, order: 20, permission: 'policy.read', component: () => import('./settings/Policies.vue') },
  ],
} satisfies Feature
