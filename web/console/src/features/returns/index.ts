/** Returns: goods and money that go back, repairs, installations, and the warehouse between. */

import { ChartNoAxesGantt, ClipboardCheck, PackageOpen, Settings2, Undo2 } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { showsAt } from '@/features/workflows/places'
import { heard, KINDS } from './hearing'

export default {
  name: 'returns',
  routes: [
    { path: 'returns', component: () => import('./pages/Returns.vue') },
    { path: 'returns/new/:order', component: () => import('./pages/NewReturn.vue'), props: true },
    { path: 'returns/:id', component: () => import('./pages/Case.vue'), props: true },
    { path: 'warehouse', component: () => import('./pages/Warehouse.vue') },
    { path: 'return-analysis', component: () => import('./pages/Analysis.vue') },
  ],
  navigation: [
    { to: '/returns', icon: Undo2, label: 'returns.title', order: 40, permission: 'return.read' },
    { to: '/warehouse', icon: PackageOpen, label: 'returns.warehouse.title', order: 45, permission: 'warehouse.work' },
    { to: '/return-analysis', icon: ChartNoAxesGantt, label: 'returns.analysis.title', order: 46, permission: 'return.analyse' },
  ],
  settings: [
    { path: 'return-policy', group: 'promises', label: 'returns.policy.title', icon: Settings2, order: 30, permission: 'return.read', component: () => import('./settings/ReturnPolicy.vue') },
    { path: 'checklists', group: 'promises', label: 'returns.checklists.title', icon: ClipboardCheck, order: 40, permission: 'return.read', component: () => import('./settings/Checklists.vue') },
  ],
  orderSections: [{ key: 'returns', order: 40, permission: 'return.read', component: defineAsyncComponent(() => import('./components/OrderReturns.vue')) }],
  customerSections: [{ key: 'returns', order: 30, permission: 'return.read', component: defineAsyncComponent(() => import('./components/CustomerReturns.vue')) }],
  install: () => showsAt('return', (id) => `/returns/${id}`),
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, heard])),
} satisfies Feature as Feature
