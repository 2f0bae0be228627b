/** What the loader (on the shop's page) and the app (in its frame) say to each other. */

export interface Page {
  url: string
  title: string
  referrer?: string
}

export interface User {
  external_id: string
  name?: string
  email?: string
  phone?: string
  hash?: string
}

export interface Product {
  id: string
  title: string
  price?: number | string
  currency?: string
  image?: string
  url?: string
}

export interface Order {
  id?: string
  number: string
  status?: string
  amount?: number | string
  currency?: string
  image?: string
  url?: string
}

/** What the shop has told us so far; the app gets it whole when it starts, then piece by piece. */
export interface Known {
  user: User | null
  product: Product | null
  order: Order | null
  attributes: Record<string, unknown>
  locale: string
  theme: string
  colour: string
}

/** The message a shop's page is told of through `on('message')`. */
export interface Told {
  id: string
  kind: string
  text: string
  sender: { type: string; name: string }
  at: string
}

export type ToApp =
  | { type: 'init'; token: string | null; known: Known; pages: Page[]; open: boolean }
  | { type: 'open' }
  | { type: 'close' }
  | { type: 'page'; page: Page }
  | { type: 'set'; name: keyof Known; value: unknown }

export type ToLoader =
  | { type: 'hello' }
  | { type: 'token'; token: string | null; conversation: boolean }
  | { type: 'unread'; count: number }
  | { type: 'message'; message: Told }
  | { type: 'close' }
  | { type: 'error'; code: string; detail: string }

/** Marks our messages among all others a page receives. */
export const MARK = 'kefu/1'

export type Envelope<Body> = Body & { mark: typeof MARK }
