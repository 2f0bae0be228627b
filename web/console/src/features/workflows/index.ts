/** Workflows: processes that everyone sees running, what people have to do in them, and their drawings. */

import { ListTodo, Workflow } from '@lucide/vue'
import type { Feature } from '@/app/feature'
import { allOf } from '@/app/features'
import { heard } from './hearing'
import { useTodo } from './store'

const KINDS = ['case_task.opened', 'case_task.claimed', 'case_task.released', 'case_task.done', 'case_task.overdue', 'case.ended', 'case.cancelled', 'case.set_aside', 'case.resumed']

export default {
  name: 'workflows',
  routes: [
    { path: 'todo', component: () => import('./pages/Todo.vue') },
    { path: 'cases', component: () => import('./pages/Cases.vue') },
    { path: 'cases/:id', component: () => import('./pages/CasePage.vue'), props: true },
    { path: 'processes/:id/map', component: () => import('./pages/ProcessAnalysis.vue'), props: true },
    { path: 'processes/:id', component: () => import('./pages/ProcessEditor.vue'), props: true },
  ],
  navigation: [
    { to: '/todo', icon: ListTodo, label: 'workflows.todo.title', order: 35, main: true, permission: 'case_task.do', badge: () => allOf('todo').reduce((sum, list) => sum + list.badge(), 0) },
  ],
  todo: { to: '/todo', label: 'workflows.todo.ofProcesses', order: 10, permission: 'case.read', badge: () => useTodo().counts.mine + useTodo().counts.department },
  settings: [
    { path: 'processes', group: 'workflows', label: 'workflows.processes.title', icon: Workflow, order: 10, permission: 'process.read', component: () => import('./settings/Processes.vue') },
  ],
  reducers: Object.fromEntries(KINDS.map((kind) => [kind, heard])),
  places: { case: (id) => `/cases/${id}`, case_task: () => '/todo' },
  listeners: { ready: () => void useTodo().count() },
} satisfies Feature as Feature
