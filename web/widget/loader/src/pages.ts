/** Page views, also of shops that change pages without loading: kept until the app asks for them. */

import type { Page } from './protocol'

const KEPT = 20

export function watchPages(tell: (page: Page) => void): Page[] {
  const seen: Page[] = []
  let last = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const look = () => {
    if (location.href === last) return
    const page: Page = { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) }
    const referrer = last || document.referrer
    if (referrer) page.referrer = referrer.slice(0, 2000)
    last = location.href
    seen.push(page)
    if (seen.length > KEPT) seen.shift()
    tell(page)
  }
  // A shop sets the title a moment after the address.
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(look, 150)
  }

  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = function (this: History, ...args) {
      original.apply(this, args)
      soon()
    }
  }
  addEventListener('popstate', soon)
  addEventListener('hashchange', soon)
  look()
  return seen
}
