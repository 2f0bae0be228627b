/** What shops say of a customer: lines as they name them. */

import type { Id } from '@kefu/api'

export interface SeenLine {
  key: string
  label: string
  value: string
  href: string | null
}

export interface Seen {
  source: Id
  name: string
  state: 'fresh' | 'remembered' | 'away'
  person: SeenLine[]
  orders: SeenLine[][]
}

const NUMBERS = /^(order_?(id|no|number)|number|订单号)$/i

/** The number of an order among the lines of it: by its key, else what stands first. */
export const numberOf = (lines: readonly SeenLine[]): string => (lines.find((one) => NUMBERS.test(one.key)) ?? lines[0])?.value ?? ''
