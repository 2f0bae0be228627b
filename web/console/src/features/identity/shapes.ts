/** Shapes of people, places and rights. */

import type { Id, Page } from '@kefu/api'
import { api } from '@/app/http'

export interface Named {
  id: Id
  name: string
}

export interface RoleName extends Named {
  key: string
  name_en: string
}

export const GRADES = ['trainee', 'junior', 'middle', 'senior', 'expert'] as const
export const SCOPES = ['own', 'team', 'all'] as const

export interface AgentRow extends Named {
  email: string
  avatar: string | null
  status: 'invited' | 'active' | 'left'
  role: RoleName
  department: Named | null
  teams: Named[]
  skills: (Named & { level: number })[]
  grade: (typeof GRADES)[number]
  joined_on: string | null
  tenure_days: number | null
  languages: string[]
  availability: 'online' | 'busy' | 'away' | 'offline'
  two_factor: boolean
}

export interface Link {
  url: string
  expires_at: string
}

export interface Department extends Named {
  parent_id: Id | null
  head_id: Id | null
}

export interface Team extends Department {
  department_id: Id
  members: number
}

export interface Role extends RoleName {
  system: boolean
  scope: (typeof SCOPES)[number]
  permissions: string[]
  holders: number
}

export interface Skill extends Named {
  description: string
}

export interface PermissionRow {
  permission: string
  roles: string[]
  routes: string[]
}

/** All of a short list, for choosing from. */
export async function everything<T>(path: string): Promise<T[]> {
  return (await api.get<Page<T>>(path, { limit: 100 })).items
}

export const roleName = (role: RoleName, locale: string): string => (locale === 'en' ? role.name_en : role.name)
