/** What agents recommended to customers, in the HTTP contract. */

import type { Id, Page } from '@kefu/api'
import { api } from '@/app/http'
import { readProduct, type Product } from './api'

export interface Recommendation {
  id: Id
  product_id: Id
  at: string
  bought_at: string | null
  amount: number | null
  currency: string | null
  taken_back_at: string | null
}

export const readRecommendations = (customer: Id) => api.get<Page<Recommendation>>(`/customers/${customer}/recommendations`)
export const noteRecommendation = (customer: Id, product_id: Id, conversation_id: Id | null) => api.post<Recommendation>(`/customers/${customer}/recommendations`, { product_id, conversation_id })
export const findProducts = (q: string) => api.get<Page<Product>>('/products', { q, limit: 20 })

/** What came of it. */
export function outcome(one: Recommendation): 'taken_back' | 'bought' | 'waiting' {
  if (one.taken_back_at) return 'taken_back'
  return one.bought_at ? 'bought' : 'waiting'
}

const known = new Map<Id, string>()

/** Titles of these products; one that is there no more has none. */
export async function titlesOf(ids: Id[]): Promise<Record<Id, string>> {
  const missing = [...new Set(ids)].filter((id) => !known.has(id))
  await Promise.all(missing.map((id) => readProduct(id).then((found) => known.set(id, found.title), () => undefined)))
  return Object.fromEntries(ids.map((id) => [id, known.get(id) ?? '']))
}
