/** Customers: who one talks to, beside the conversation and on a page of their own. */

import { Contact, UserRoundSearch } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'customers',
  routes: [
    { path: 'customers', component: () => import('./pages/Customers.vue') },
    { path: 'customers/:id', component: () => import('./pages/Customer.vue'), props: true },
  ],
  navigation: [{ to: '/customers', icon: Contact, label: 'customers.title', order: 20, permission: 'customer.read' }],
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
} satisfies Feature
