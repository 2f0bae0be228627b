/** Order care: changes and special requests, invoices, coupons, appointments, and their rules. */

import { ClipboardPen, Hourglass } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { heard, KINDS } from './hearing'

export default {
  name: 'ordercare',
  routes: [{ path: 'order-care', component: () => import('./pages/OrderCare.vue') }],
  navigation: [{ to: '/order-care', icon: ClipboardPen, label: 'ordercare.title', order: 36, permission: 'order.read' }],
  orderSections: [{ key: 'care', order: 10, permission: 'order.read', component: defineAsyncComponent(() => import('./components/CareSection.vue')) }],
  settings: [
    { path: 'order-windows', group: 'promises', label: 'ordercare.windows.title', icon: Hourglass, order: 26, permission: 'order_policy.read', component: () => import('./settings/Windows.vue') },
  ],
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, heard])),
} satisfies Feature as Feature
