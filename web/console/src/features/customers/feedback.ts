/** What colleagues say of the desk, in the HTTP contract. */

import type { Id } from '@kefu/api'
import { api } from '@/app/http'

export const AREAS = ['import', 'customers', 'workspace', 'orders', 'returns', 'settings'] as const
export type Area = (typeof AREAS)[number]

export interface AreaReport {
  area: Area
  answers: number
  ease: number | null
  error_free: number
  error_free_percent: number | null
}

export interface FeedbackReport {
  answers: number
  error_free_percent: number | null
  areas: AreaReport[]
}

export interface OpinionRow {
  id: Id
  agent: string
  area: Area
  ease: number
  error_free: boolean
  text: string
  at: string
}

export interface Opinion {
  area: Area
  ease: number
  error_free: boolean
  text: string
  import_id?: Id | null
}

export const rateDesk = (opinion: Opinion) => api.post('/desk-feedback', opinion)
export const readFeedback = () => api.get<FeedbackReport>('/desk-feedback/report')
