/** The loader: brings the chat to a shop's page with one script line and stays out of its way. */

import { type Command, ears, install } from './commands'
import { type Options, plainColour } from './options'
import { watchPages } from './pages'
import { type Envelope, type Known, MARK, type ToApp, type ToLoader } from './protocol'
import { shell } from './shell'
import { keeping } from './token'

const PATIENCE = 15_000

export function load(options: Options): void {
  const { on, emit } = ears()
  const kept = keeping(options.inbox)
  const known: Known = {
    user: null,
    product: null,
    order: null,
    attributes: {},
    locale: options.locale,
    theme: options.theme,
    colour: options.colour,
  }
  let open = false
  let talking = false
  let before: HTMLElement | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const ui = shell(options, { toggle: () => (open ? hide() : show()), again: start })
  const pages = watchPages((page) => tell({ type: 'page', page }))
  const look = () => ui.look(known.locale, known.theme, known.colour)

  function tell(message: ToApp): void {
    if (!talking) return
    ui.frame?.contentWindow?.postMessage({ mark: MARK, ...message }, options.app.origin)
  }

  function start(): void {
    talking = false
    const address = new URL(options.app)
    address.searchParams.set('inbox', options.inbox)
    address.searchParams.set('origin', location.origin)
    ui.load(address.href)
    clearTimeout(timer)
    timer = setTimeout(() => {
      ui.failed()
      emit('error', { code: 'frame_not_loaded', detail: address.href })
    }, PATIENCE)
  }

  function show(): void {
    if (open) return
    open = true
    before = document.activeElement as HTMLElement | null
    if (!ui.frame) start()
    ui.show()
    ui.frame?.focus()
    tell({ type: 'open' })
    fit()
    emit('open')
  }

  function hide(): void {
    if (!open) return
    open = false
    ui.hide()
    tell({ type: 'close' })
    fit()
    const back = before && before !== ui.host && before !== document.body ? before : launcher()
    back?.focus?.({ preventScroll: true })
    emit('close')
  }

  const launcher = () => ui.host.shadowRoot?.querySelector<HTMLElement>('.launcher')

  // On a phone the panel is the whole screen: it follows the on-screen keyboard and the page behind rests.
  const phone = window.matchMedia?.('(max-width:480px)')
  let scrolled: string | null = null
  function fit(): void {
    const full = open && !!phone?.matches
    const page = document.documentElement.style
    if (full && scrolled === null) {
      scrolled = page.overflow
      page.overflow = 'hidden'
    } else if (!full && scrolled !== null) {
      page.overflow = scrolled
      scrolled = null
    }
    const view = window.visualViewport
    if (!view) return
    ui.host.style.setProperty('--height', full ? `${view.height}px` : '')
    ui.host.style.setProperty('--top', full ? `${view.offsetTop}px` : '')
  }

  function set(name: keyof Known, value: unknown): void {
    ;(known as unknown as Record<string, unknown>)[name] = value
    look()
    tell({ type: 'set', name, value })
  }

  function reset(): void {
    kept.write(null)
    talking = false
    clearTimeout(timer)
    Object.assign(known, { user: null, product: null, order: null, attributes: {} })
    hide()
    ui.unload()
    ui.count(0)
  }

  const answers: { [Type in ToLoader['type']]: (said: Extract<ToLoader, { type: Type }>) => void } = {
    hello() {
      clearTimeout(timer)
      talking = true
      ui.loaded()
      tell({ type: 'init', token: kept.read()?.token ?? null, known, pages, open })
      if (open) ui.frame?.focus()
    },
    token: ({ token, conversation }) => kept.write(token ? { token, conversation } : null),
    unread: ({ count }) => ui.count(Number(count) || 0),
    close: hide,
    message: ({ message }) => emit('message', message),
    error: ({ code, detail }) => emit('error', { code, detail }),
  }

  addEventListener('message', (event: MessageEvent<Envelope<ToLoader> | null>) => {
    if (event.origin !== options.app.origin || !ui.frame || event.source !== ui.frame.contentWindow) return
    if (event.data?.mark === MARK) answers[event.data.type]?.(event.data as never)
  })
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && open && document.activeElement === ui.host) hide()
  })
  // Signed out in another tab: this one forgets too.
  addEventListener('storage', (event) => {
    if (event.key === kept.key && event.newValue === null && ui.frame) reset()
  })
  phone?.addEventListener?.('change', fit)
  window.visualViewport?.addEventListener('resize', fit)
  window.visualViewport?.addEventListener('scroll', fit)

  const asObject = (value: unknown) => (value && typeof value === 'object' ? plain(value) : null)
  const commands: Record<string, Command> = {
    open: show,
    close: hide,
    toggle: () => (open ? hide() : show()),
    setUser: (user) => set('user', asObject(user)),
    setProduct: (product) => set('product', absolute(asObject(product))),
    setOrder: (order) => set('order', absolute(asObject(order))),
    setCustomAttributes: (more) => set('attributes', { ...known.attributes, ...asObject(more) }),
    setLocale: (locale) => set('locale', String(locale)),
    setTheme: (theme) => set('theme', String(theme)),
    setColour: (colour) => set('colour', plainColour(colour)),
    reset,
    on,
  }

  look()
  document.body.append(ui.host)
  install(commands, emit)
  if (kept.read()?.conversation) start()
  emit('ready')
}

/** A copy that postMessage can carry: no functions, no prototypes. */
const plain = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value))

/** The frame lives on another origin: the shop's relative addresses become whole ones. */
function absolute(item: Record<string, unknown> | null): Record<string, unknown> | null {
  for (const name of ['image', 'url']) {
    if (item && typeof item[name] === 'string') item[name] = new URL(item[name], document.baseURI).href
  }
  return item
}
