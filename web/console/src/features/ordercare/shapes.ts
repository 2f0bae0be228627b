/** What the desk says of order care. */

export const CHANGE_KINDS = ['content', 'address', 'payment', 'cancel'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]
export const STATES = ['pending_approval', 'executed', 'approved', 'denied', 'withdrawn', 'refused_by_shop'] as const
/** What somebody has to know: the shop has it otherwise, or changed it after us. */
export const APART = ['only_here', 'overruled'] as const
export const CANCEL_REASONS = ['no_longer_needed', 'ordered_by_mistake', 'wrong_item', 'too_slow', 'found_cheaper', 'other'] as const
export const REFUND_WAYS = ['any_own', 'original_or_gift_card', 'original'] as const
export const AFTER_SALE_REASONS = ['quality', 'wrong_item', 'damaged', 'not_as_described', 'size', 'no_longer_needed', 'other'] as const
export const VOID_REASONS = ['wrong_title', 'wrong_amount', 'returned', 'not_wanted', 'other'] as const
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
  shop_state: 'not_needed' | 'only_here' | 'waiting' | 'confirmed' | 'refused' | 'overruled'
  refusal: string | null
  requested_by: string | null
  requested_at: string
  decided_by: string | null
  decided_at: string | null
  decision_note: string
}

export const standsApart = (change: Pick<Change, 'shop_state'>): boolean => (APART as readonly string[]).includes(change.shop_state)

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
  same_option_stays: boolean
  quantity_may_change: boolean
  payment_must_differ: boolean
  gift_card_must_cover: boolean
  return_statuses: string[]
  exchange_statuses: string[]
  refund_to: string
  after_sale_once: boolean
}

export const AFTER_SALE_KINDS = ['return', 'exchange', 'repair', 'refund_only', 'installation'] as const
export type AfterSaleKind = (typeof AFTER_SALE_KINDS)[number]
/** Kinds by which money is paid or goes back. */
export const MONEY_MOVES: readonly AfterSaleKind[] = ['return', 'exchange', 'refund_only']

export interface AfterSale {
  id: string
  kind: AfterSaleKind
  lines: { line: string; quantity?: number }[]
  reason: string | null
  difference: number
  currency: string
  requested_at: string
}

export interface Care {
  order_id: string
  windows: Verdict[]
  rules: Rules
  methods: Method[]
  options: Record<string, Option[]>
  changes: Change[]
  after_sales: AfterSale[]
}

export interface OrderLine {
  id: string
  title: string
  specs: Record<string, string>
  sku_id: string | null
  quantity: number
  cancelled_quantity?: number
  returned_quantity?: number
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
  void_reason: string | null
  replaces_id: string | null
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
  technician_id: string | null
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

export interface InvoiceForm {
  kind: Invoice['kind']
  medium: Invoice['medium']
  title: string
  tax_number: string
  email: string
  address: string
  red_number: string
}

/** What is said of an invoice that is written otherwise; where it goes stays unless it is said. */
export function changesOf(invoice: Invoice, form: InvoiceForm): Record<string, string | null> {
  const { kind, medium, title } = form
  const changes: Record<string, string | null> = { kind, medium, title: title.trim(), tax_number: kind === 'company' ? form.tax_number.trim() : null }
  const goes = medium === 'electronic' ? 'email' : 'address'
  if (form[goes].trim()) changes[goes] = form[goes].trim()
  if (invoice.state === 'issued') changes.red_number = form.red_number.trim() || null
  return changes
}

export interface WantedBack {
  line: string
  chosen: boolean
  quantity: number
  pieces: number
  sku: string
}

/** What the server is asked for: whole lines without a number, parts of them with it. */
export function linesBack(kind: AfterSale['kind'], wanted: readonly WantedBack[]): { line: string; quantity?: number; sku?: string }[] {
  return wanted
    .filter((one) => one.chosen)
    .map((one) => ({
      line: one.line,
      ...(one.pieces < one.quantity ? { quantity: one.pieces } : {}),
      ...(kind === 'exchange' && one.sku ? { sku: one.sku } : {}),
    }))
}

/** Pieces of a line that were neither cancelled nor given back yet. */
export const leftOf = (line: OrderLine): number => line.quantity - (line.cancelled_quantity ?? 0) - (line.returned_quantity ?? 0)

/** An order that was paid and stands is helped with; what exactly is open the policy says. */
export const takesAfterSale = (status: string): boolean => !['created', 'cancelled'].includes(status)

/** What the policy takes of an order as it stands: goods back or repaired once they arrived, money or a visit before. */
export function afterSaleKinds(order: Pick<CaredOrder, 'status'>, care: Pick<Care, 'rules' | 'after_sales'>): AfterSaleKind[] {
  const { rules, after_sales } = care
  const over = rules.after_sale_once && after_sales.some((one) => MONEY_MOVES.includes(one.kind))
  const comes = rules.return_statuses.includes(order.status)
  const open: Record<AfterSaleKind, boolean> = {
    return: comes && !over,
    exchange: rules.exchange_statuses.includes(order.status) && !over,
    repair: comes,
    refund_only: takesAfterSale(order.status),
    installation: takesAfterSale(order.status),
  }
  return AFTER_SALE_KINDS.filter((kind) => open[kind])
}
