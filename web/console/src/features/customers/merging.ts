/** Who is who: the part of the HTTP contract about pairs, merges and addresses. */

import type { AgentBrief, Id, Page } from '@kefu/api'
import { reactive } from 'vue'
import { api } from '@/app/http'
import type { Customer, CustomerRow } from './api'

export const APART_REASONS = ['different_people', 'shared_phone', 'shared_device', 'mistake', 'other'] as const
export type PairStatus = 'open' | 'merged' | 'rejected'

export interface Sign {
  sign: string
  proof: 'said' | 'one' | 'both'
  agrees: boolean
  weight: number
}

export interface Pair {
  id: Id
  one: CustomerRow
  other: CustomerRow
  confidence: number
  signs: Sign[]
  status: PairStatus
  created_at: string
  decided_at: string | null
  decided_by: AgentBrief | null
  why: string | null
}

export interface PairDetail extends Pair {
  details: Customer[]
  suggested: Id
  merge: Id | null
  allowed: string[]
}

export interface Merge {
  id: Id
  kept: CustomerRow
  gone: CustomerRow
  automatic: boolean
  by: AgentBrief | null
  reason: string
  confidence: number
  signs: Sign[]
  moved: Record<string, number>
  at: string
  undone_at: string | null
  undone_by: AgentBrief | null
  undone_reason: string | null
  allowed: string[]
}

export interface Place {
  province: string
  city: string
  district: string
  street: string
  detail: string
}

export interface Address extends Place {
  id: Id
  recipient: string
  phone: string | null
  postcode: string | null
  is_default: boolean
}

const pair = (id: Id) => `/merge-candidates/${id}`
const book = (customer: Id) => `/customers/${customer}/addresses`

export const readPairs = (status: PairStatus, limit = 25) => api.get<Page<Pair>>('/merge-candidates', { status, limit })
export const readPair = (id: Id) => api.get<PairDetail>(pair(id))
export const mergePair = (id: Id, kept: Id) => api.post<PairDetail>(`${pair(id)}/merger`, { kept })
export const keepApart = (id: Id, reason: string) => api.post<PairDetail>(`${pair(id)}/rejection`, { reason })
export const reopenPair = (id: Id) => api.delete<PairDetail>(`${pair(id)}/rejection`)
export const readMerges = (customer: Id) => api.get<Page<Merge>>(`/customers/${customer}/merges`)
export const mergeInto = (customer: Id, into: Id) => api.post<Customer>(`/customers/${customer}/merger`, { into })
export const undoMerge = (merge: Id, reason: string) => api.post<Merge>(`/customer-merges/${merge}/reversal`, { reason })
export const readAddresses = (customer: Id) => api.get<Page<Address>>(book(customer))
export const readPlace = (text: string) => api.post<Place>('/address-readings', { text })
export const addAddress = (customer: Id, body: object) => api.post<Address>(book(customer), body)
export const changeAddress = (customer: Id, id: Id, body: object) => api.patch<Address>(`${book(customer)}/${id}`, body)
export const dropAddress = (customer: Id, id: Id) => api.delete(`${book(customer)}/${id}`)

/** How often what happened to customers was told: pages that show it read again. */
export const told = reactive({ matches: 0, customers: {} as Record<Id, number> })

interface Told {
  subject?: string | null
  details?: Record<string, unknown>
}

export function hear(event: Told): void {
  told.matches += 1
  hearOf(event)
}

/** Something of the customer that says nothing about who they are. */
export function hearOf(event: Told): void {
  for (const id of [event.subject, event.details?.other]) {
    if (typeof id === 'string') told.customers[id] = (told.customers[id] ?? 0) + 1
  }
}
