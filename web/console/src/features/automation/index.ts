/** Automation: rules that act by themselves, their log, and approvals by people. */

import { ListChecks, ScrollText, Stamp, Zap } from '@lucide/vue'
import type { Feature } from '@/app/feature'
import { useApprovals } from './store'

const again = () => void useApprovals().count()

export default {
  name: 'automation',
  routes: [
    { path: 'approvals', component: () => import('./pages/Approvals.vue') },
    { path: 'approvals/:id', component: () => import('./pages/Approvals.vue'), props: true },
  ],
  navigation: [
    { to: '/approvals', icon: Stamp, label: 'automation.approvals.title', order: 70, permission: 'approval.decide', badge: () => useApprovals().waiting },
  ],
  settings: [
    { path: 'automation', group: 'workflows', label: 'automation.rules.title', icon: Zap, order: 20, permission: 'automation.read', component: () => import('./settings/Rules.vue') },
    { path: 'automation-log', group: 'workflows', label: 'automation.log.title', icon: ScrollText, order: 30, permission: 'automation.read', component: () => import('./settings/Log.vue') },
    { path: 'approval-policies', group: 'workflows', label: 'automation.policies.title', icon: ListChecks, order: 40, permission: 'approval_policy.read', component: () => import('./settings/Policies.vue') },
  ],
  reducers: {
    'approval.requested': again,
    'approval.granted': again,
    'approval.denied': again,
    'approval.withdrawn': again,
    'approval.delegated': again,
    'approval.escalated': again,
    'notification.created': (event) => {
      if ((event.data as { subject_kind?: string } | null)?.subject_kind === 'approval') again()
    },
  },
  places: {
    approval: (id) => `/approvals/${id}`,
    automation_rule: () => '/settings/automation',
  },
  listeners: { ready: again },
} satisfies Feature as Feature
