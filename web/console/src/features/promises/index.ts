/** Promises: working calendars, the times in which customers are answered, and tasks with a due time. */

import { CalendarDays, Timer } from '@lucide/vue'
import type { Feature } from '@/app/feature'
import { taskHeard, useTasks } from './tasks'

const KINDS = ['task.assigned', 'task.changed', 'task.done', 'task.reopened']

export default {
  name: 'promises',
  routes: [{ path: 'todo/tasks', component: () => import('./pages/Tasks.vue') }],
  todo: { to: '/todo/tasks', label: 'promises.tasks.title', order: 20, permission: 'task.read', badge: () => useTasks().counts.mine + useTasks().counts.free },
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, taskHeard])),
  places: { task: (id) => `/todo/tasks?task=${id}` },
  listeners: { ready: () => void useTasks().count() },
  settings: [
    { path: 'calendars', group: 'promises', label: 'promises.calendars.title', icon: CalendarDays, order: 10, permission: 'calendar.read', component: () => import('./settings/Calendars.vue') },
    { path: 'policies', group: 'promises', label: 'promises.policies.title', icon: Timer, order: 20, permission: 'policy.read', component: () => import('./settings/Policies.vue') },
  ],
} satisfies Feature as Feature
