/** Customers: who one talks to, beside the conversation and on a page of their own. */

import { Contact, MessageSquareHeart, UserRoundSearch } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'
import { hearProgress } from './importing'
import { hear, hearOf } from './merging'

export default {
  name: 'customers',
  routes: [
    { path: 'customers', component: () => import('./pages/Customers.vue') },
    { path: 'customers/merging', component: () => import('./pages/MergeReview.vue') },
    { path: 'customers/import', component: () => import('./pages/Imports.vue') },
    { path: 'customers/:id', component: () => import('./pages/Customer.vue'), props: true },
  ],
  navigation: [{ to: '/customers', icon: Contact, label: 'customers.title', order: 20, main: true, permission: 'customer.read' }],
  panels: [
    {
      key: 'customer',
      label: 'customers.panel',
      icon: UserRoundSearch,
      order: 10,
      permission: 'customer.read',
      component: defineAsyncComponent(() => import('./components/CustomerPanel.vue')),
    },
  ],
  settings: [{ path: 'feedback', group: 'about', label: 'customers.feedback.title', icon: MessageSquareHeart, order: 40, permission: 'desk.rate', component: () => import('./settings/Feedback.vue') }],
  reducers: {
    'customer.match_found': hear,
    'customer.match_rejected': hear,
    'customer.match_reopened': hear,
    'customer.merged': hear,
    'customer.unmerged': hear,
    'customer.address_added': hear,
    'customer.address_changed': hear,
    'customer.address_removed': hear,
    'customer.blocked': hearOf,
    'customer.unblocked': hearOf,
    'customer_import.progressed': hearProgress,
  },
} satisfies Feature
