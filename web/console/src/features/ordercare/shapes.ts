/** What the desk says of order care. */

export const CHANGE_KINDS = ['content', 'address', 'payment', 'cancel'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]
export const STATES = ['pending_approval', 'executed', 'approved', 'denied', 'withdrawn', 'refused_by_shop'] as const
export const STATUSES = ['created', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled'] as const

export interface Change {
  id: string
  order_id: string
  order_number: string
  kind: ChangeKind
  state: (typeof STATES)[number]
  special: boolean
  why_special: string | null
  source: string
  reason: string | null
  note: string
  wanted: Record<string, unknown>
  before: Record<string, unknown> | null
  difference: number | null
  currency: string
  shop_state: string
  refusal: string | null
  requested_by: string | null
  requested_at: string
  decided_by: string | null
  decided_at: string | null
  decision_note: string
}

export interface Verdict {
  kind: ChangeKind
  is_open: boolean
  closes_at: string | null
  why: 'status' | 'time' | null
  special: boolean
}

export interface Method {
  id: string
  kind: string
  label: string
  balance: number | null
  currency: string
  original: boolean
}

export interface Option {
  id: string
  specs: Record<string, string>
  price: number
  available: boolean
}

export interface Rules {
  cancel_reasons: string[]
  content_once: boolean
  content_locks_order: boolean
  same_product_only: boolean
  quantity_may_change: boolean
  payment_must_differ: boolean
  gift_card_must_cover: boolean
  refund_to: string
  after_sale_once: boolean
}

export interface Care {
  order_id: string
  windows: Verdict[]
  rules: Rules
  methods: Method[]
  options: Record<string, Option[]>
  changes: Change[]
}

export interface OrderLine {
  id: string
  title: string
  specs: Record<string, string>
  sku_id: string | null
  quantity: number
  amount: number
}

export interface CaredOrder {
  id: string
  number: string
  status: string
  currency: string
  total_amount: number
  recipient: string | null
  phone: string | null
  province: string | null
  city: string | null
  district: string | null
  customer: { id: string; name: string } | null
  lines: OrderLine[]
}

export interface Invoice {
  id: string
  order_id: string
  order_number: string
  kind: 'personal' | 'company'
  medium: 'electronic' | 'paper'
  title: string
  tax_number: string | null
  email: string | null
  amount: number
  currency: string
  state: 'applied' | 'issued' | 'void'
  number: string | null
  red_number: string | null
  applied_at: string
  sends: number
}

export interface Coupon {
  id: string
  code: string
  customer_id: string
  customer_name: string
  kind: 'amount' | 'percent'
  value: number
  currency: string
  origin: string
  reason: string
  state: 'issued' | 'used' | 'revoked'
  valid_until: string
  issued_by: string | null
}

export interface Appointment {
  id: string
  order_id: string
  order_number: string
  kind: string
  mode: string
  state: string
  starts_at: string
  ends_at: string
  technician: string | null
}

export interface Window {
  id: string
  shop_id: string | null
  kind: ChangeKind
  statuses: string[]
  minutes: number | null
  special: boolean
}

export const money = (amount: number, currency: string, locale: string) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount / 100)

export const specWords = (specs: Record<string, string>) => Object.values(specs).join(' · ')
