/** Order care: changes and special requests, invoices, coupons, appointments, and their rules. */

import { ClipboardPen, Hourglass } from '@lucide/vue'
import type { Feature } from '@/app/feature'
import { heard, KINDS } from './hearing'

export default {
  name: 'ordercare',
  routes: [
    { path: 'order-care', component: () => import('./pages/OrderCare.vue') },
    { path: 'order-care/orders/:id', component: () => import('./pages/CaredOrder.vue'), props: true },
  ],
  navigation: [{ to: '/order-care', icon: ClipboardPen, label: 'ordercare.title', order: 36, permission: 'order.read' }],
  settings: [
    { path: 'order-windows', group: 'promises', label: 'ordercare.windows.title', icon: Hourglass, order: 26, permission: 'order_policy.read', component: () => import('./settings/Windows.vue') },
  ],
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, heard])),
} satisfies Feature as Feature
