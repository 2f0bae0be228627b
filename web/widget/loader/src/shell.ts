/** What one sees on the shop's page: the launcher with its badge, and the panel that holds the frame. */

import type { Options } from './options'
import { dress, tint } from './style'
import { type Words, wordsFor } from './words'

export interface Shell {
  host: HTMLElement
  frame: HTMLIFrameElement | null
  show(): void
  hide(): void
  load(address: string): void
  unload(): void
  loaded(): void
  failed(): void
  count(unread: number): void
  look(locale: string, theme: string, colour: string): void
}

const TALK = 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4v-4A2.4 2.4 0 0 1 4 13.6zM8.5 9h7M8.5 12h4'
const SHUT = 'M6.5 9.5 12 15l5.5-5.5'

export function shell(options: Options, on: { toggle(): void; again(): void }): Shell {
  let words: Words = wordsFor(options.locale)
  let unread = 0
  let open = false
  let failing = false

  const host = document.createElement('div')
  host.id = 'kefu-widget'
  const root = host.attachShadow({ mode: 'open' })
  dress(root, options.nonce)

  const box = part('div', options.side + (options.hideLauncher ? ' nolauncher' : ''))
  const panel = part('div', 'panel')
  const wait = part('div', 'wait')
  const spin = part('div', 'spin')
  const line = part('div', '')
  line.setAttribute('role', 'status')
  const again = part('button', 'again')
  again.onclick = on.again
  wait.append(spin, line, again)
  panel.append(wait)

  const launcher = part('button', 'launcher')
  launcher.type = 'button'
  launcher.hidden = options.hideLauncher
  launcher.onclick = on.toggle
  const badge = part('span', 'badge')
  badge.hidden = true
  launcher.append(icon('talk', TALK), icon('shut', SHUT), badge)
  box.append(panel, launcher)
  root.append(box)

  const say = () => {
    launcher.setAttribute('aria-label', words.title + (unread ? `, ${unread} ${words.unread}` : ''))
    launcher.setAttribute('aria-expanded', String(open))
    badge.textContent = unread > 99 ? '99+' : String(unread)
    badge.hidden = !unread || open
    line.textContent = failing ? words.failed : words.loading
    again.textContent = words.again
    again.hidden = !failing
    spin.hidden = failing
    if (self.frame) self.frame.title = words.title
  }

  const self: Shell = {
    host,
    frame: null,
    show() {
      open = true
      box.classList.add('open')
      say()
    },
    hide() {
      open = false
      box.classList.remove('open')
      say()
    },
    load(address) {
      self.unload()
      const frame = document.createElement('iframe')
      frame.allow = 'clipboard-write; autoplay; microphone; camera'
      frame.src = address
      frame.hidden = true
      self.frame = frame
      panel.append(frame)
      say()
    },
    unload() {
      self.frame?.remove()
      self.frame = null
      failing = false
      wait.hidden = false
    },
    loaded() {
      wait.hidden = true
      if (self.frame) self.frame.hidden = false
    },
    failed() {
      failing = true
      say()
    },
    count(count) {
      unread = count
      say()
    },
    look(locale, theme, colour) {
      words = wordsFor(locale)
      tint(host, options, theme, colour)
      say()
    },
  }
  say()
  return self
}

function part<Name extends 'div' | 'span' | 'button'>(name: Name, style: string): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (style) element.className = style
  return element
}

function icon(name: string, path: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', name)
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(space, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}
