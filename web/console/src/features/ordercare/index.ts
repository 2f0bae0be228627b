/** Order care: changes and special requests, invoices, coupons, appointments, and their rules. */

import { CalendarClock, ClipboardPen, Hourglass, ShieldPlus } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { heard, KINDS } from './hearing'

export default {
  name: 'ordercare',
  routes: [{ path: 'order-care', component: () => import('./pages/OrderCare.vue') }],
  navigation: [{ to: '/order-care', icon: ClipboardPen, label: 'ordercare.title', order: 36, permission: 'order.read' }],
  orderSections: [{ key: 'care', order: 10, permission: 'order.read', component: defineAsyncComponent(() => import('./components/CareSection.vue')) }],
  orderActions: [{ key: 'after-sale', order: 10, permission: 'order.change', component: defineAsyncComponent(() => import('./components/AfterSaleAction.vue')) }],
  settings: [
    { path: 'order-windows', group: 'promises', label: 'ordercare.windows.title', icon: Hourglass, order: 26, permission: 'order_policy.read', component: () => import('./settings/Windows.vue') },
    { path: 'benefit-rules', group: 'promises', label: 'ordercare.benefits.title', icon: ShieldPlus, order: 27, permission: 'order_policy.read', component: () => import('./settings/Benefits.vue') },
    { path: 'appointment-slots', group: 'promises', label: 'ordercare.slots.title', icon: CalendarClock, order: 28, permission: 'order_policy.read', component: () => import('./settings/Slots.vue') },
  ],
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, heard])),
} satisfies Feature as Feature
