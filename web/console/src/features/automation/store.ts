/** How many approvals wait for whoever is signed in; screens read again when it moves. */

import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/app/http'
import { useSession } from '@/app/session'

export const useApprovals = defineStore('approvals', () => {
  const waiting = ref(0)
  const moved = ref(0)

  async function count(): Promise<void> {
    if (!useSession().may('approval.read')) return
    const found = await api.get<{ waiting: number }>('/approvals/waiting').catch(() => null)
    if (found) waiting.value = found.waiting
    moved.value += 1
  }

  return { waiting, moved, count }
})
