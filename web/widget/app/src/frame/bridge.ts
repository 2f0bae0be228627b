/** The line to the loader on the shop's page. Only the parent we were opened for is heard or told. */

import { type Envelope, type Known, MARK, type Page, type ToApp, type ToLoader } from '@kefu/widget-loader/protocol'

export interface Start {
  token: string | null
  known: Known
  pages: Page[]
  open: boolean
}

export interface Bridge {
  framed: boolean
  start: Promise<Start>
  tell(message: ToLoader): void
  listen(handler: (message: ToApp) => void): void
}

const KEPT = 'kefu:alone'

export function bridge(shop: string | null, view: Window = window): Bridge {
  return view.parent === view || !shop ? alone(view) : framed(shop, view)
}

function framed(shop: string, view: Window): Bridge {
  const handlers: ((message: ToApp) => void)[] = []
  const tell = (message: ToLoader) => view.parent.postMessage({ mark: MARK, ...message }, shop)

  const start = new Promise<Start>((resolve) => {
    view.addEventListener('message', (event: MessageEvent<Envelope<ToApp> | null>) => {
      if (event.origin !== shop || event.source !== view.parent || event.data?.mark !== MARK) return
      if (event.data.type === 'init') resolve(event.data)
      else for (const handler of handlers) handler(event.data)
    })
  })
  tell({ type: 'hello' })
  return { framed: true, start, tell, listen: (handler) => void handlers.push(handler) }
}

/** Opened as a page of its own, from a link or a code on a parcel. */
function alone(view: Window): Bridge {
  const question = new URLSearchParams(view.location.search)
  const known: Known = {
    user: null,
    product: null,
    order: null,
    attributes: {},
    locale: question.get('locale') ?? view.navigator.language,
    theme: question.get('theme') ?? 'auto',
    colour: '',
  }
  let token: string | null = null
  try {
    token = view.localStorage.getItem(KEPT)
  } catch {
    // No storage: the conversation lasts as long as the page.
  }
  return {
    framed: false,
    start: Promise.resolve({ token, known, pages: [], open: true }),
    tell(message) {
      if (message.type !== 'token') return
      try {
        if (message.token) view.localStorage.setItem(KEPT, message.token)
        else view.localStorage.removeItem(KEPT)
      } catch {
        // As above.
      }
    },
    listen() {},
  }
}
