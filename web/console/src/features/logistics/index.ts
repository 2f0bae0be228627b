/** Logistics: what goes wrong on the way, carriers, sources compared, and what customers are told. */

import { Truck } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { changed, counts, readCounts } from './live'

const KINDS = ['anomaly.opened', 'anomaly.worsened', 'anomaly.overdue', 'anomaly.closed', 'notice.drafted', 'notice.settled', 'carrier.changed', 'carrier.silent', 'carrier.heard', 'reconciliation.finished', 'source.changed']

export default {
  name: 'logistics',
  routes: [
    {
      path: 'logistics',
      component: () => import('./pages/Logistics.vue'),
      children: [
        { path: '', component: () => import('./pages/Problems.vue') },
        { path: 'carriers', component: () => import('./pages/Carriers.vue') },
        { path: 'comparisons', component: () => import('./pages/Comparisons.vue') },
      ],
    },
  ],
  navigation: [{ to: '/logistics', icon: Truck, label: 'logistics.title', order: 40, permission: 'anomaly.read', badge: () => counts.overdue }],
  settings: [{ path: 'logistics', group: 'promises', label: 'logistics.settings.title', icon: Truck, order: 40, permission: 'logistics.edit', component: () => import('./settings/LogisticsSettings.vue') }],
  customerSections: [
    { key: 'notice-wish', order: 44, permission: 'order.read', component: defineAsyncComponent(() => import('./components/NoticeWish.vue')) },
    { key: 'shop-view', order: 12, permission: 'order.read', component: defineAsyncComponent(() => import('./components/ShopView.vue')) },
  ],
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, () => changed(kind)])),
  listeners: { ready: () => void readCounts() },
} satisfies Feature as Feature
