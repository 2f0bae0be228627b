/** What the shop tells: who the visitor is and what they look at. Sent on once there is a session. */

import type { Known, Order, Page, Product, User } from '@kefu/widget-loader/protocol'
import { reactive } from 'vue'
import type { Http } from './http'

export interface Introduction {
  identity?: User
  page?: Page
}

export function shop(known: Known, pages: Page[], http: Http) {
  const told = reactive({ ...known })
  const waiting: object[] = pages.slice(0, -1).map((page) => ({ page }))
  let begun = false

  async function pass(context: object): Promise<void> {
    if (!begun) return void waiting.push(context)
    // Context is a courtesy to the agent: a lost page view is not worth a word to the visitor.
    await http.ask('POST', '/context', context).catch(() => undefined)
  }

  const self = {
    told,
    introduction(): Introduction {
      const page = pages.at(-1)
      return { ...(told.user ? { identity: told.user } : {}), ...(page ? { page } : {}) }
    },
    ready(): void {
      if (begun) return
      begun = true
      for (const context of waiting.splice(0)) void pass(context)
    },
    page(page: Page): void {
      pages.push(page)
      void pass({ page })
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

export type Shop = ReturnType<typeof shop>
