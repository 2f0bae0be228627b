/** What an exchange costs more or less, and how it can be paid. */

import type { Id } from '@kefu/api'

export const PAID_BY = ['alipay', 'wechat_pay', 'union_pay', 'credit_card', 'debit_card', 'bank_transfer', 'other'] as const

/** A way of paying that can be charged; only a gift card has a balance. */
export interface KnownMethod {
  id: Id
  kind: string
  label: string
  balance: number | null
  currency: string
}

/** What an exchange costs the customer more, or less below nothing. */
export interface Difference {
  amount: number
  currency: string
  state: 'open' | 'waits' | 'settled'
  way: 'paid' | 'refunded' | 'waived' | null
  reason: string
  payment_method_id: Id | null
  settled_by: string | null
  settled_at: string | null
  allowed: ('pay' | 'refund' | 'waive')[]
}
