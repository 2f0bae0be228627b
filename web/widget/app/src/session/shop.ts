/** What the shop tells: who the visitor is and what they look at. Sent on once there is a session. */

import type { Known, Order, Page, Product, User } from '@kefu/widget-loader/protocol'
import { reactive } from 'vue'
import type { Http } from './http'

const PAGE = { url: 2000, title: 300, referrer: 2000 }

export interface Introduction {
  identity?: Partial<User>
  page?: Partial<Page>
}

export function shop(known: Known, pages: Page[], http: Http) {
  const told = reactive({ ...known })
  const waiting: object[] = pages.slice(0, -1).map((page) => ({ page: only(page, PAGE) }))
  let begun = false

  async function pass(context: object): Promise<void> {
    if (!begun) return void waiting.push(context)
    // Context is a courtesy to the agent: a lost page view is not worth a word to the visitor.
    await http.ask('POST', '/context', context).catch(() => undefined)
  }

  const self = {
    told,
    introduction(): Introduction {
      const identity = told.user && only(told.user, { external_id: 200, name: 80, email: 320, phone: 40, hash: 128 })
      const page = pages.at(-1)
      return { ...(identity ? { identity } : {}), ...(page ? { page: only(page, PAGE) } : {}) }
    },
    ready(): void {
      if (begun) return
      begun = true
      for (const context of waiting.splice(0)) void pass(context)
    },
    page(page: Page): void {
      pages.push(page)
      void pass({ page: only(page, PAGE) })
    },
    looksAt(name: 'product' | 'order', item: Product | Order | null): void {
      Object.assign(told, { [name]: item })
      if (item) void pass({ [name]: item })
    },
    describes(attributes: Record<string, unknown>): void {
      told.attributes = attributes
      if (Object.keys(attributes).length) void pass({ attributes })
    },
  }
  if (known.product) void pass({ product: known.product })
  if (known.order) void pass({ order: known.order })
  if (Object.keys(known.attributes).length) void pass({ attributes: known.attributes })
  return self
}

/** The desk refuses what it does not know: only named parts go, as text, and not longer than taken. */
function only<Name extends string>(given: object, limits: Record<Name, number>): Record<Name, string> {
  const kept = {} as Record<Name, string>
  for (const name of Object.keys(limits) as Name[]) {
    const value = (given as Record<string, unknown>)[name]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    // A cut in the middle of an emoji leaves half of it: off with that as well.
    const text = String(value).trim().slice(0, limits[name]).replace(/[\uD800-\uDBFF]$/, '')
    if (text) kept[name] = text
  }
  return kept
}

export type Shop = ReturnType<typeof shop>
