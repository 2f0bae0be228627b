/** The desk as the visitor meets it: session, conversation and connection tied together. */

import type { Id, Message, Problem } from '@kefu/api'
import { type Connect, RealtimeClient, outboxStorage, pollTransport, socketTransport } from '@kefu/kit/realtime'
import type { Known } from '@kefu/widget-loader/protocol'
import { type InjectionKey, inject, reactive, readonly, ref } from 'vue'
import type { Row } from '../conversation/reducers'
import { sending } from '../conversation/sending'
import { isTheirs, talk } from '../conversation/talk'
import type { Bridge } from '../frame/bridge'
import { locale, speak } from '../language'
import { dress } from '../look/theme'
import { type Config, configOf } from './config'
import type { Http } from './http'
import { type Opened, entering } from './entering'
import { insist } from './insisting'
import type { Shop } from './shop'

export interface DeskOptions {
  inbox: string
  http: Http
  bridge: Bridge
  shop: Shop
  transports?: { socket: Connect; poll: Connect }
}

const UNKNOWN: Problem = { title: '', status: 500, code: 'unexpected' }

export function desk({ inbox, http, bridge, shop, transports }: DeskOptions) {
  const conversation = talk()
  const phase = ref<'starting' | 'ready' | 'away' | 'refused'>('starting')
  const config = ref<Config>(configOf(null))
  const connection = ref<RealtimeClient['state'] | null>(null)
  const asking = ref(false)
  const notAsked = ref<Problem | null>(null)
  const arrived = reactive({ last: null as Message | null })
  const enter = entering(http, shop, (code, detail) => bridge.tell({ type: 'error', code, detail }))
  let connectedAs: string | null = null
  let typed = ''
  let typingLater: ReturnType<typeof setTimeout> | undefined

  const client = new RealtimeClient({
    socket: transports?.socket ?? socketTransport('../api/v1/socket'),
    poll: transports?.poll ?? pollTransport('../api/v1/socket/poll', () => ({})),
    hello: () => ({ token: http.token ?? undefined, locale: locale.value }),
    on: {
      event(event) {
        const before = conversation.seen.messages.size
        conversation.apply(event)
        if (conversation.seen.messages.size > before) announce(event.data as Message)
      },
      resumed(frame) {
        const fresh = frame.messages.filter(({ id }) => !conversation.seen.messages.has(id))
        conversation.resumed(frame.conversation_row as Row | null, frame.messages)
        fresh.forEach(announce)
      },
      reload: () => void start(),
      ack: (frame) => conversation.acknowledged(frame),
      typing: (frame) => frame.who === 'agent' && conversation.agentTypes(frame.name),
      seen: (frame) => frame.by === 'agent' && conversation.agentSaw(frame.seq),
      outbox: (entries) => out.outbox(entries),
      state: (state) => (connection.value = state),
      signedOut() {
        connectedAs = null
        setTimeout(() => void start(), 1000)
      },
    },
  })
  const out = sending({
    client,
    conversation: () => conversation.seen.conversation?.id ?? null,
    open,
    changed: (entries) => conversation.outbox(entries),
  })

  function announce(message: Message): void {
    if (!isTheirs(message.sender.type) || message.recalled) return
    arrived.last = message
    const { id, kind, text, sender, at } = message
    bridge.tell({ type: 'message', message: { id, kind, text, sender: { type: sender.type, name: sender.name }, at } })
  }

  async function start(): Promise<void> {
    const opened = await insist(enter, () => {
      if (phase.value === 'starting') phase.value = 'away'
    })
    if (!opened) phase.value = 'refused'
    else await began(opened)
  }

  async function began(opened: Opened): Promise<void> {
    const row = opened.conversation
    const former = conversation.seen.conversation
    if (former && former.id !== row?.id) client.unsubscribe(former.id)
    http.token = opened.token
    config.value = configOf(opened.config)
    dress(shop.told.theme, shop.told.colour || config.value.colour)
    conversation.snapshot(row, opened.messages, !!opened.has_more)
    bridge.tell({ type: 'token', token: opened.token, conversation: !!row })
    phase.value = 'ready'
    shop.ready()
    if (row) client.subscribe(row.id, row.last_seq)
    await connect(opened.visitor.id)
  }

  /** Once for each visitor: who signs in in the shop may be another than who came. */
  async function connect(visitor: Id): Promise<void> {
    if (connectedAs === visitor) return
    client.stop()
    connectedAs = visitor
    const [sent, held] = await Promise.all([outboxStorage(`kefu-${visitor}`), outboxStorage(`kefu-held-${visitor}`)])
    await client.start(sent)
    await out.restore(held)
  }

  async function open(): Promise<Row> {
    const { conversation: row } = await http.ask<{ conversation: Row }>('POST', '/conversations', {})
    joined(row)
    return row
  }

  /** What was said before we came along follows with the subscription. */
  function joined(row: Row): void {
    conversation.seen.conversation = row
    client.subscribe(row.id, 0)
    bridge.tell({ type: 'token', token: http.token, conversation: true })
  }

  async function askForPerson(): Promise<void> {
    if (asking.value) return
    asking.value = true
    notAsked.value = null
    const ask = async () => {
      const row = conversation.seen.conversation ?? (await open())
      const told = await http.ask<Row>('POST', '/human', { conversation: row.id })
      conversation.seen.conversation = { ...row, ...told }
    }
    await insist(ask, undefined, (problem) => (notAsked.value = problem ?? UNKNOWN))
    asking.value = false
  }

  /** The shop learned something new: who the visitor is, what they look at, how it wants us to look. */
  function set(name: keyof Known, value: unknown): void {
    if (name === 'product' || name === 'order') return shop.looksAt(name, value as never)
    if (name === 'attributes') return shop.describes(value as Record<string, unknown>)
    Object.assign(shop.told, { [name]: value })
    if (name === 'locale') void speak(String(value))
    else if (name === 'user') void start()
    else dress(shop.told.theme, shop.told.colour || config.value.colour)
  }

  return {
    inbox,
    conversation,
    config: readonly(config),
    phase: readonly(phase),
    connection: readonly(connection),
    asking: readonly(asking),
    notAsked: readonly(notAsked),
    arrived,
    client,
    out,
    http,
    bridge,
    shop,
    start,
    joined,
    set,
    askForPerson,
    async older(): Promise<void> {
      const row = conversation.seen.conversation
      const first = conversation.lines.value[0]?.seq
      if (!row || !first) return
      const path = `/messages?conversation=${row.id}&before=${first}`
      const page = await http.ask<{ items: Message[]; next_cursor: string | null }>('GET', path).catch(() => null)
      if (page) conversation.older(page.items, page.next_cursor !== null)
    },
    /** At once, and the last of a burst a second later: the agent sees where the sentence ended. */
    typing(text: string): void {
      const row = conversation.seen.conversation
      if (!row) return
      typed = text.slice(0, 500)
      client.typing(row.id, typed)
      clearTimeout(typingLater)
      typingLater = setTimeout(() => client.typing(row.id, typed), 1050)
    },
    /** Everything up to here was on screen. */
    sawAll(): void {
      const row = conversation.seen.conversation
      if (row && conversation.unread.value > 0) client.seen(row.id, conversation.sawAll())
    },
  }
}

export type Desk = ReturnType<typeof desk>

export const DESK: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const found = inject(DESK)
  if (!found) throw new Error('The desk is provided by the app.')
  return found
}
