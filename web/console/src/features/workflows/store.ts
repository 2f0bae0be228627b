/** How much waits for me: the figure at the navigation. */

import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/app/http'
import { useSession } from '@/app/session'
import type { Counts } from './api'

export const useTodo = defineStore('todo', () => {
  const counts = ref<Counts>({ mine: 0, department: 0, overdue: 0 })
  let timer: ReturnType<typeof setTimeout> | undefined

  async function count(): Promise<void> {
    if (!useSession().may('case.read')) return
    counts.value = await api.get<Counts>('/case-tasks/counts').catch(() => counts.value)
  }

  function countSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void count(), 1000)
  }

  return { counts, count, countSoon }
})
