/** Audit: who did what to what, when. */

import { ScrollText } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'audit',
  settings: [
    { path: 'audit', group: 'safety', label: 'audit.title', icon: ScrollText, order: 10, permission: 'audit.read', component: () => import('./settings/Trail.vue') },
  ],
} satisfies Feature
