/** Coming in: with last time's token and the shop's word for who this is; as a stranger where neither holds. */

import type { Id, Message } from '@kefu/api'
import type { Row } from '../conversation/reducers'
import { locale } from '../language'
import { type Http, Refused } from './http'
import type { Introduction, Shop } from './shop'

export interface Opened {
  token: string
  visitor: { id: Id }
  conversation: Row | null
  messages: Message[]
  has_more?: boolean
  config?: unknown
}

export function entering(http: Http, shop: Shop, tell: (code: string, detail: string) => void) {
  const knock = (introduction: Introduction) =>
    http.ask<Opened>('POST', '/session', {
      ...(http.token ? { token: http.token } : {}),
      ...introduction,
      locale: locale.value,
    })

  return async function enter(): Promise<Opened> {
    const introduction = shop.introduction()
    try {
      return await knock(introduction)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const { status, code, title } = error.problem
      if (status === 401 && http.token) {
        http.token = null
        return await knock(introduction)
      }
      // The shop's page made a mistake about its customer: it is told, and the customer still gets help.
      if (status === 403 || status === 422) tell(code, title)
      if (status === 422 || code === 'identity_invalid') return await knock({})
      throw error
    }
  }
}
