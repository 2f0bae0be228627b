/** Segments: who belongs where, what an agent should know of them, care and points. */

import { Gift, HeartHandshake, Layers, Lightbulb, UserStar } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { assigned, balanced } from './dedicated'

export default {
  name: 'segments',
  routes: [
    { path: 'segments', component: () => import('./pages/Segments.vue') },
    { path: 'dedicated-service', component: () => import('./pages/Dedicated.vue') },
    { path: 'dedicated-service/mine', component: () => import('./pages/Mine.vue') },
    { path: 'redemptions', component: () => import('./pages/Redemptions.vue') },
  ],
  navigation: [{ to: '/segments', icon: Layers, label: 'segments.title', order: 21, permission: 'segment.read' }],
  panels: [
    {
      key: 'insight',
      label: 'segments.insight',
      icon: Lightbulb,
      order: 15,
      permission: 'customer.read',
      component: defineAsyncComponent(() => import('./components/InsightPanel.vue')),
    },
  ],
  customerSections: [{ key: 'insight', order: 5, permission: 'customer.read', component: defineAsyncComponent(() => import('./components/Insight.vue')) }],
  reducers: {
    'dedicated.assigned': () => void assigned.value++,
    'dedicated_service.balanced': () => void balanced.value++,
  },
  places: { customer: (id) => `/customers/${id}`, dedicated_service: () => '/dedicated-service' },
  settings: [
    { path: 'care-plans', group: 'promises', label: 'segments.care.title', icon: HeartHandshake, order: 40, permission: 'care.read', component: () => import('./settings/CarePlans.vue') },
    { path: 'points', group: 'promises', label: 'segments.points.rules', icon: Gift, order: 50, permission: 'points.edit', component: () => import('./settings/PointsRules.vue') },
    { path: 'dedicated-service', group: 'promises', label: 'segments.dedicated.title', icon: UserStar, order: 45, permission: 'dedicated.read', component: () => import('./settings/DedicatedService.vue') },
  ],
} satisfies Feature
