/** Tasks that promises, rules and colleagues gave: as the server tells them, and how many wait. */

import type { Id } from '@kefu/api'
import { defineStore } from 'pinia'
import { onScopeDispose, ref } from 'vue'
import { api } from '@/app/http'
import { useSession } from '@/app/session'
import type { KnownSubject, Named } from '@/features/workflows/api'
import { placeOf } from '@/features/workflows/places'

export const BOXES = ['mine', 'team', 'all'] as const
export const STATES = ['open', 'done', 'all'] as const
export const DUES = ['overdue', 'day', 'week', 'none'] as const

export interface Task {
  id: Id
  title: string
  note: string
  owner: Named | null
  department: Named | null
  created_by: Named | null
  about: { kind: string; id: Id } | null
  subjects: KnownSubject[]
  conversation: Id | null
  customer: Id | null
  due_at: string | null
  remind_at: string | null
  done_at: string | null
  overdue: boolean
  created_at: string
}

export interface TaskCounts {
  mine: number
  free: number
  overdue: number
}

export const readTask = (id: Id) => api.get<Task>(`/tasks/${id}`)
export const takeTask = (id: Id) => api.put<Task>(`/tasks/${id}/claim`)
export const finishTask = (id: Id) => api.put<Task>(`/tasks/${id}/completion`)
export const reopenTask = (id: Id) => api.delete<Task>(`/tasks/${id}/completion`)
export const handTask = (id: Id, to: { owner_id: Id | null; department_id: Id | null }) => api.patch<Task>(`/tasks/${id}`, to)

/** Where what a task is about is shown when it is known by no number: its record, else the talk or the customer. */
export function placeOfTask(task: Pick<Task, 'about' | 'conversation' | 'customer'>): string | null {
  const own = task.about ? placeOf(task.about.kind, task.about.id) : null
  return own ?? (task.conversation ? `/conversations/${task.conversation}` : task.customer ? `/customers/${task.customer}` : null)
}

const listeners = new Set<() => unknown>()
let timer: ReturnType<typeof setTimeout> | undefined

/** A task changed somewhere: figures and shown lists are read again, once for many. */
export function taskHeard(): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    void useTasks().count()
    for (const listener of listeners) listener()
  }, 800)
}

export function rereadTasks(read: () => unknown): void {
  listeners.add(read)
  onScopeDispose(() => listeners.delete(read))
}

export const useTasks = defineStore('tasks', () => {
  const counts = ref<TaskCounts>({ mine: 0, free: 0, overdue: 0 })

  async function count(): Promise<void> {
    if (!useSession().may('task.read')) return
    counts.value = await api.get<TaskCounts>('/tasks/counts').catch(() => counts.value)
  }

  return { counts, count }
})
