/** Imports of customers: the part of the HTTP contract, and what is known of them here. */

import type { Id, Page } from '@kefu/api'
import { reactive } from 'vue'
import { api, urlOf } from '@/app/http'

export const OUTCOMES = ['new', 'updated', 'merged', 'refused'] as const
export type Counts = Partial<Record<(typeof OUTCOMES)[number], number>>

export interface Refused {
  line: number
  field: string | null
  problem: string
}

export interface ImportRow {
  id: Id
  name: string
  status: 'uploaded' | 'checking' | 'checked' | 'running' | 'done' | 'stopped' | 'failed'
  problem: string | null
  encoding: string
  size: number
  rows: number
  done: number
  counts: Counts
  checked: { counts?: Counts; refused?: Refused[] }
  report: { rows?: number; counted?: number; numbers_in_file?: number; numbers_kept?: number; checksum_file?: string; checksum_kept?: string; agrees?: boolean }
  created_at: string
  finished_at: string | null
  forgotten: boolean
}

export interface ImportDetail extends ImportRow {
  columns: string[]
  sample: Record<string, string>[]
  mapping: Record<string, string>
  scope: Id | null
  proven: boolean
  targets: { key: string; name: string | null }[]
}

const one = (id: Id) => `/customer-imports/${id}`

export const readImports = () => api.get<Page<ImportRow>>('/customer-imports', { limit: 25 })
export const readImport = (id: Id) => api.get<ImportDetail>(one(id))
export const putMapping = (id: Id, body: object) => api.put<ImportDetail>(`${one(id)}/mapping`, body)
export const checkImport = (id: Id) => api.post<ImportRow>(`${one(id)}/check`)
export const runImport = (id: Id) => api.post<ImportRow>(`${one(id)}/run`)
export const stopImport = (id: Id) => api.post<ImportRow>(`${one(id)}/stop`)
export const refusalsOf = (id: Id) => urlOf(`${one(id)}/refusals`)

export function uploadImport(file: File): Promise<ImportDetail> {
  const form = new FormData()
  form.set('file', file, file.name)
  return api.post<ImportDetail>('/customer-imports', form)
}

/** How far the imports are of which something was told. */
export const progress = reactive<Record<Id, ImportRow>>({})

export function hearProgress(event: { data?: unknown }): void {
  const row = event.data as ImportRow | null | undefined
  if (row) progress[row.id] = row
}
