/** Commerce's part of the HTTP contract. */

import type { Id, Page } from '@kefu/api'
import { api } from '@/app/http'

export const STATUSES = ['created', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled'] as const
export const CAUSES = ['address', 'item', 'quantity', 'amount', 'duplicate', 'other'] as const
export const REASONS = ['call_customer', 'check_identity', 'ship_order', 'refund', 'complaint', 'other'] as const
export type Status = (typeof STATUSES)[number]

export interface ShopName {
  id: Id
  key: string
  name: string
}

export interface OrderRow {
  id: Id
  number: string
  shop: ShopName
  customer: { id: Id; name: string; tier: string } | null
  status: Status
  title: string
  pieces: number
  currency: string
  total_amount: number
  paid_amount: number
  refunded_amount: number
  recipient: string | null
  phone: string | null
  city: string | null
  channel: string
  source: 'shop' | 'service'
  historic: boolean
  unfinished_step: string | null
  placed_at: string
  paid_at: string | null
  shipped_at: string | null
  delivered_at: string | null
  completed_at: string | null
  cancelled_at: string | null
  promised_by: string | null
  is_late: boolean
}

export interface Line {
  id: Id
  title: string
  specs: Record<string, unknown>
  product_id: Id | null
  image: string | null
  quantity: number
  unit_price: number
  discount: number
  amount: number
  cancelled_quantity: number
  returned_quantity: number
}

export interface Payment {
  id: Id
  method: string
  amount: number
  status: string
  paid_at: string | null
  failure: string | null
}

export interface Word {
  status: string
  operator: string | null
  at: string | null
}

export interface Refund {
  id: Id
  amount: number
  reason: string
  status: string
  crm: Word | null
  finance: Word | null
  fits: boolean
  requested_at: string
  paid_at: string | null
  failure: string | null
}

export interface Mismatch extends Refund {
  order_id: Id
  number: string
  case_number: string | null
  why: 'missing' | 'status' | 'amount'
  finance_amount: number | null
  currency: string
  hours: number
}

export interface Parcel {
  id: Id
  direction: 'outbound' | 'return'
  carrier: string | null
  tracking_number: string | null
  status: string
  shipped_at: string | null
  delivered_at: string | null
  promised_by: string | null
  freight_insured: boolean
  tracking: { at: string; status: string | null; place: string | null; text: string | null; code: string | null }[]
}

export interface OrderError {
  id: Id
  cause: (typeof CAUSES)[number]
  note: string | null
  found_by: string | null
  found_at: string
  corrected_at: string | null
}

export interface ListedError extends OrderError {
  order_id: Id
  number: string
}

export interface Offer {
  name: string
  possible: boolean
  reason: string | null
  until: string | null
}

export interface Order extends OrderRow {
  goods_amount: number
  shipping_amount: number
  discount_amount: number
  country: string | null
  province: string | null
  district: string | null
  street: string | null
  postcode: string | null
  note: string | null
  assisted_by: string | null
  lines: Line[]
  payments: Payment[]
  refunds: Refund[]
  shipments: Parcel[]
  errors: OrderError[]
  allowed: Offer[]
}

export interface Revealed {
  recipient: string | null
  phone: string | null
  street: string | null
  postcode: string | null
  note: string | null
}

export interface Purchases {
  orders: number
  cancelled: number
  first_at: string | null
  last_at: string | null
  pieces_returned: number
  amounts: { currency: string; orders: number; paid: number; refunded: number; value: number }[]
}

export interface Product {
  id: Id
  external_id: string
  title: string
  category: string | null
  brand: string | null
  model: string | null
  image: string | null
  url: string | null
  price_from: number | null
  currency: string
  status: 'on_sale' | 'off_sale' | 'discontinued'
  warranty_months: number | null
  specs: Record<string, unknown>
  stock: number | null
  variants: number
}

export interface ProductDetail extends Product {
  skus: { id: Id; code: string | null; external_id: string; specs: Record<string, unknown>; price: number; currency: string; stock: number | null; available: boolean }[]
}

export interface Comparison {
  products: Product[]
  rows: { name: string; values: (string | null)[]; differs: boolean }[]
}

export interface Recommended {
  product: Product
  reasons: { name: string; verdict: 'met' | 'missed' | 'unknown'; value: string | null }[]
  met: number
}

export interface Shop extends ShopName {
  kind: string
  currency: string
  inbox: Id | null
  created_at: string
}

export interface ImportRow {
  id: Id
  shop: ShopName
  kind: 'orders' | 'products'
  mode: 'whole' | 'rows'
  historic: boolean
  file_name: string
  status: 'waiting' | 'running' | 'done' | 'refused' | 'failed'
  size: number
  read_bytes: number
  rows: number
  created: number
  changed: number
  unchanged: number
  refused: number
  failure: string | null
  started_by: string | null
  created_at: string
}

export interface ImportDetail extends ImportRow {
  refused_rows: { row: number; field: string | null; problem: string }[]
}

const one = (id: Id) => `/orders/${id}`

export const readOrder = (id: Id) => api.get<Order>(one(id))
export const readOrders = (query: Record<string, string | number>) => api.get<Page<OrderRow>>('/orders', query)
export const revealOrder = (id: Id, reason: string) => api.post<Revealed>(`${one(id)}/reveal`, { reason })
export const assist = (id: Id) => api.put<Order>(`${one(id)}/assistance`)
export const noteError = (id: Id, cause: string, note: string) => api.post<Order>(`${one(id)}/errors`, { cause, note: note || null })
export const correctError = (id: Id, error: Id) => api.put<Order>(`${one(id)}/errors/${error}/correction`)
export const answerQuery = (id: Id, asked_at: string, conversation: Id) => api.post(`${one(id)}/queries`, { channel: 'chat', asked_at, conversation })
export const readPurchases = (customer: Id) => api.get<Purchases>(`/customers/${customer}/purchases`)
export const readProduct = (id: Id) => api.get<ProductDetail>(`/products/${id}`)
export const readCategories = () => api.get<{ name: string; products: number }[]>('/products/categories')
export const compare = (ids: Id[]) => api.get<Comparison>(`/products/comparison?${ids.map((id) => `ids=${id}`).join('&')}`)
export const recommend = (needs: unknown) => api.post<Recommended[]>('/products/recommendations', needs)
export const readShops = () => api.get<Shop[]>('/shops')
export const readImport = (id: Id) => api.get<ImportDetail>(`/commerce-imports/${id}`)
export const uploadImport = (form: FormData) => api.post<ImportRow>('/commerce-imports/files', form)
