/** Audit: who did what to what, when. */

import { ListX, ScrollText } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'audit',
  settings: [
    { path: 'audit', group: 'safety', label: 'audit.title', icon: ScrollText, order: 10, permission: 'audit.read', component: () => import('./settings/Trail.vue') },
    { path: 'set-aside', group: 'safety', label: 'audit.aside.title', icon: ListX, order: 30, permission: 'facts.replay', component: () => import('./settings/Aside.vue') },
  ],
} satisfies Feature
