/** Policies of order care: slots by their week, rules of benefits, limits by role. */

export const APPOINTMENT_KINDS = ['installation', 'repair', 'usage'] as const
export const MODES = ['on_site', 'remote'] as const
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

export interface Slot {
  id: string
  kind: (typeof APPOINTMENT_KINDS)[number]
  mode: (typeof MODES)[number]
  weekday: number
  starts: string
  ends: string
  capacity: number
}

export interface SlotGroup {
  key: string
  kind: Slot['kind']
  mode: Slot['mode']
  days: Record<number, Slot[]>
}

/** Slots of one kind and way together, by day, the earliest first. */
export function groupsOf(slots: readonly Slot[]): SlotGroup[] {
  const groups = new Map<string, SlotGroup>()
  for (const one of [...slots].sort((a, b) => a.starts.localeCompare(b.starts))) {
    const key = `${one.kind}.${one.mode}`
    const group = groups.get(key) ?? { key, kind: one.kind, mode: one.mode, days: {} }
    ;(group.days[one.weekday] ??= []).push(one)
    groups.set(key, group)
  }
  const place = (one: SlotGroup) => APPOINTMENT_KINDS.indexOf(one.kind) * MODES.length + MODES.indexOf(one.mode)
  return [...groups.values()].sort((a, b) => place(a) - place(b))
}

export interface PriceRule {
  shop_id: string | null
  days: number
  counts_from: 'placed' | 'delivered'
  most_per_line: number | null
}

export interface FreightRule {
  shop_id: string | null
  same_province: number
  other_province: number
  warehouse_province: string
  days: number
}

export interface RoleLimit {
  role: string
  per_coupon: number
  per_customer: number
}

export interface Benefits {
  price_protection: PriceRule[]
  freight: FreightRule[]
  limits: RoleLimit[]
}

export const WHOLE = 100
/** Amounts as people write them, and as the desk keeps them. */
export const whole = (smallest: number): number => smallest / WHOLE
export const smallest = (amount: number): number => Math.round(amount * WHOLE)

export const NEW_PRICE_RULE: Omit<PriceRule, 'shop_id'> = { days: 7, counts_from: 'placed', most_per_line: null }
export const NEW_FREIGHT_RULE: Omit<FreightRule, 'shop_id'> = { same_province: 1000, other_province: 1500, warehouse_province: '', days: 30 }

/** The general rule first, made up where there is none yet, then those of shops. */
export function withGeneral<Rule extends { shop_id: string | null }>(rules: readonly Rule[], usual: Omit<Rule, 'shop_id'>): Rule[] {
  const general = rules.find((one) => one.shop_id === null) ?? ({ ...usual, shop_id: null } as Rule)
  return [general, ...rules.filter((one) => one.shop_id !== null)]
}
