/** One-to-one service in the HTTP contract. */

import type { Id } from '@kefu/api'
import { ref } from 'vue'
import { api } from '@/app/http'
import type { CustomerRow } from '@/features/customers/api'

/** Counts what was heard: who shows assignments or the load asks again. */
export const assigned = ref(0)
export const balanced = ref(0)

export const MODES = ['one_to_one', 'pool'] as const
export const REASONS = ['customer_wish', 'expertise', 'workload', 'complaint', 'absence', 'other'] as const

export interface Policy {
  enabled: boolean
  mode: (typeof MODES)[number]
  team_id: Id | null
  pool_id: Id | null
  ceiling: number
  served: string[]
  groups: { key: string; name: string }[]
}

export interface AgentLoad {
  id: Id
  name: string
  attending: boolean
  owned: number
  vips: number
  backing: number
}

export interface Capacity {
  enabled: boolean
  mode: Policy['mode']
  ceiling: number
  team: string | null
  pool: string | null
  pool_agents: number
  promised: number
  places: number
  served: number
  pooled: number
  per_agent: number | null
  can_be_kept: boolean
  balanced_at: string | null
  loads: AgentLoad[]
}

export interface Owned {
  customer: CustomerRow
  backup: string | null
  since: string
  pinned: boolean
}

interface Person {
  id: Id
  name: string
  attending: boolean
}

export interface Dedicated {
  promised: boolean
  owner: Person | null
  backup: Person | null
  pool: string | null
  since: string | null
  pinned: boolean
  note: string
}

export interface Handing {
  owner_id: Id
  backup_id: Id | null
  reason: string
  note: string
}

export const readPolicy = () => api.get<Policy>('/dedicated-service')
export const changePolicy = (changes: Omit<Policy, 'groups'>) => api.patch<Policy>('/dedicated-service', changes)
export const readCapacity = () => api.get<Capacity>('/dedicated-service/load')
export const balance = () => api.post('/dedicated-service/balancing')
export const readDedicated = (customer: Id) => api.get<Dedicated>(`/customers/${customer}/dedicated-agent`)
export const giveTo = (customer: Id, handing: Handing) => api.put<Dedicated>(`/customers/${customer}/dedicated-agent`, handing)
