/** A shop's page with the loader on it, and the frame's side of the line in the test's hands. */

import { load } from '../src/loader'
import type { Options } from '../src/options'
import { MARK, type ToApp, type ToLoader } from '../src/protocol'

export const DESK = 'https://desk.example'

export function options(changes: Partial<Options> = {}): Options {
  return {
    inbox: 'inbox-1',
    app: new URL(`${DESK}/widget/`),
    nonce: '',
    side: 'right',
    bottom: 20,
    layer: 10,
    colour: '',
    locale: 'zh-CN',
    theme: 'light',
    hideLauncher: false,
    ...changes,
  }
}

type Kefu = ((...call: unknown[]) => unknown) & Record<string, (...call: unknown[]) => unknown>

export const kefu = () => (window as unknown as { Kefu: Kefu }).Kefu

export function aPage(changes: Partial<Options> = {}) {
  const told: ToApp[] = (heard = [])
  load(options(changes))
  const host = document.getElementById('kefu-widget') as HTMLElement
  const root = host.shadowRoot as ShadowRoot
  const find = <Kind extends Element>(selector: string) => root.querySelector<Kind>(selector)

  return {
    host,
    told,
    launcher: () => find<HTMLButtonElement>('.launcher') as HTMLButtonElement,
    badge: () => find<HTMLElement>('.badge') as HTMLElement,
    frame: () => find<HTMLIFrameElement>('.frame'),
    isOpen: () => !!find('.open'),
    /** The app in the frame says something; who says it can be forged. */
    hear(message: ToLoader, forged: { origin?: string; source?: unknown } = {}) {
      const inside = find<HTMLIFrameElement>('.frame')?.contentWindow
      const event = new MessageEvent('message', { data: { mark: MARK, ...message }, origin: forged.origin ?? DESK })
      Object.defineProperty(event, 'source', { value: 'source' in forged ? forged.source : inside })
      window.dispatchEvent(event)
    },
  }
}

/** The test's page loads no frames: an element stands in for each, with a window for the app's. */
const create = document.createElement.bind(document)
let heard: ToApp[] = []
document.createElement = ((name: string) => {
  if (name !== 'iframe') return create(name)
  const told = heard
  const postMessage = (sent: ToApp, target: string) => void (target === DESK && told.push(sent))
  return Object.assign(create('div'), { src: '', className: 'frame', contentWindow: { postMessage, focus() {} } })
}) as typeof document.createElement

export function leave(): void {
  document.body.replaceChildren()
  localStorage.clear()
  sessionStorage.clear()
  delete (window as { Kefu?: unknown }).Kefu
}
