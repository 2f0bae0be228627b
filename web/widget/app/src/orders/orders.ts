/** One's own orders over the visitor's door; each opens with a pass in the pages of self-service. */

import type { Id } from '@kefu/api'
import type { Http } from '../session/http'

export interface OwnOrderRow {
  id: Id
  number: string
  status: string
  title: string
  pieces: number
  image: string | null
  currency: string
  total_amount: number
  placed_at: string
  promised_by: string | null
  case: { kind: string; status: string; node: string } | null
}

export interface OwnOrders {
  proven: boolean
  items: OwnOrderRow[]
}

export const ownOrders = (http: Http) => http.ask<OwnOrders>('GET', '/orders')
export const passFor = (http: Http, id: Id) => http.ask<{ token: string; until: string }>('POST', `/orders/${id}/pass`)

/** Pictures of goods come from the shop: anything but a plain address shows nothing. */
export const pictureOf = (address: string | null): string | null => (address && /^(https?:\/)?\//.test(address) ? address : null)
