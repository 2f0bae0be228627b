/** The one line that brings the chat, and what the shop tells it. */

import { keep, kept, locale, say } from './language'
import { type Person, personOf } from './orders'
import { words } from './words'

type Kefu = ((...call: unknown[]) => unknown) & { q?: unknown[] }

const KEY = 'shop:person'
const view = window as unknown as { Kefu?: Kefu }

/** Calls made before the loader has arrived wait in a queue. */
function kefu(...call: unknown[]): void {
  view.Kefu ??= Object.assign((...early: unknown[]) => void view.Kefu?.q?.push(early), { q: [] as unknown[] })
  view.Kefu(...call)
}

let reachable: boolean | null = null

export const chat = {
  open(): void {
    if (reachable === false) return toast(say(words.noDesk))
    kefu('open')
  },
  product: (product: object) => kefu('setProduct', product),
  order: (order: object) => kefu('setOrder', order),
}

export const signedIn = (): Person | undefined => personOf(kept(KEY))

export async function signIn(person: Person): Promise<void> {
  keep(KEY, person.id)
  await introduce()
}

export function signOut(): void {
  keep(KEY, null)
  kefu('reset')
  location.reload()
}

/** The shop's server vouches for its customer with a hash; the browser only carries it. */
async function introduce(): Promise<void> {
  const person = signedIn()
  if (!person) return
  const identity = await ask(`./api/identity?user=${encodeURIComponent(person.id)}`)
  if (identity) kefu('setUser', { name: say(person.name), ...identity })
}

export async function bringChat(): Promise<void> {
  const config = await ask('./api/config')
  reachable = typeof config?.inbox === 'string'
  if (!reachable) return
  const script = document.createElement('script')
  script.async = true
  script.src = new URL('../widget.js', location.href).href
  Object.assign(script.dataset, { inbox: config?.inbox, colour: '#1f5d46', locale })
  script.onerror = () => (reachable = false)
  document.head.append(script)
  await introduce()
}

export function toast(text: string): void {
  document.querySelector('.toast')?.remove()
  const box = document.createElement('div')
  box.className = 'toast'
  box.setAttribute('role', 'status')
  box.textContent = text
  document.body.append(box)
  setTimeout(() => box.remove(), 3200)
}

async function ask(address: string): Promise<Record<string, unknown> | null> {
  try {
    const reply = await fetch(address)
    return reply.ok ? ((await reply.json()) as Record<string, unknown>) : null
  } catch {
    return null
  }
}
