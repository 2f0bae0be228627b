/** The desk as the visitor meets it: session, conversation and connection tied together. */

import type { Id, Message, VisitorConversation } from '@kefu/api'
import { RealtimeClient, outboxStorage, pollTransport, socketTransport } from '@kefu/kit/realtime'
import { type InjectionKey, inject, reactive, readonly, ref } from 'vue'
import type { Known } from '@kefu/widget-loader/protocol'
import type { Bridge } from '../frame/bridge'
import { locale, speak } from '../language'
import { dress } from '../look/theme'
import { sending } from '../conversation/sending'
import { isTheirs, talk } from '../conversation/talk'
import { type Config, configOf } from './config'
import { type Http, Refused } from './http'
import { seenBefore } from './seen'
import type { Shop } from './shop'

export interface Opened {
  token: string
  visitor: { id: Id }
  conversation: (VisitorConversation & { customer_seen_seq?: number; agent_seen_seq?: number }) | null
  messages: Message[]
  has_more?: boolean
  config?: unknown
}

export interface DeskOptions {
  inbox: string
  http: Http
  bridge: Bridge
  shop: Shop
  transports?: { socket: ReturnType<typeof socketTransport>; poll: ReturnType<typeof pollTransport> }
}

const AGAIN = [500, 1500, 4000, 8000, 15_000]

export function desk({ inbox, http, bridge, shop, transports }: DeskOptions) {
  const conversation = talk()
  const phase = ref<'starting' | 'ready' | 'away' | 'refused'>('starting')
  const config = ref<Config>(configOf(null))
  const connection = ref<RealtimeClient['state'] | null>(null)
  const kept = seenBefore(inbox)
  const arrived = reactive({ last: null as Message | null })
  let running = false

  const client = new RealtimeClient({
    socket: transports?.socket ?? socketTransport('../api/v1/socket'),
    poll: transports?.poll ?? pollTransport('../api/v1/socket/poll', () => bearer(http.token)),
    hello: () => ({ token: http.token ?? undefined, locale: locale.value }),
    on: {
      event(event) {
        const before = conversation.seen.messages.size
        conversation.apply(event)
        if (conversation.seen.messages.size > before && event.kind.startsWith('message.')) announce(event.data as Message)
      },
      resumed(frame) {
        const known = conversation.seen.messages
        const fresh = frame.messages.filter(({ id }) => !known.has(id))
        conversation.merge(frame.messages)
        const row = frame.conversation_row
        if (row && conversation.seen.conversation?.id === row.id) {
          Object.assign(conversation.seen.conversation, row)
          if (row.agent_seen_seq) conversation.agentSaw(row.agent_seen_seq)
        }
        fresh.forEach(announce)
      },
      reload: () => void start(),
      ack: (frame) => conversation.acknowledged(frame),
      typing: (frame) => frame.who === 'agent' && conversation.agentTypes(frame.name),
      seen: (frame) => frame.by === 'agent' && conversation.agentSaw(frame.seq),
      outbox: (entries) => out.outbox(entries),
      state: (state) => (connection.value = state),
      signedOut: () => void start(),
    },
  })
  const out = sending({
    client,
    conversation: () => conversation.seen.conversation?.id ?? null,
    open,
    changed: (entries) => conversation.outbox(entries),
  })

  function announce(message: Message): void {
    if (!isTheirs(message.sender.type)) return
    arrived.last = message
    const { id, kind, text, sender, at } = message
    bridge.tell({ type: 'message', message: { id, kind, text, sender: { type: sender.type, name: sender.name }, at } })
  }

  async function start(attempt = 0): Promise<void> {
    try {
      began(await session())
    } catch (error) {
      const refused = error instanceof Refused && error.problem.status >= 400 && error.problem.status < 500
      const wait = error instanceof Refused && error.problem.status === 429
      if (refused && !wait) {
        phase.value = 'refused'
        bridge.tell({ type: 'error', code: error.problem.code, detail: error.problem.title })
        return
      }
      phase.value = phase.value === 'ready' ? 'ready' : 'away'
      setTimeout(() => void start(attempt + 1), AGAIN[Math.min(attempt, AGAIN.length - 1)])
    }
  }

  /** A token the desk no longer knows is put away and a new visitor begins. */
  async function session(): Promise<Opened> {
    const ask = (token: string | null) =>
      http.ask<Opened>('POST', '/session', {
        ...(token ? { token } : {}),
        ...shop.introduction(),
        locale: locale.value,
      })
    return ask(http.token).catch((error: unknown) => {
      if (http.token && error instanceof Refused && error.problem.status === 401) return ask((http.token = null))
      throw error
    })
  }

  function began(opened: Opened): void {
    const changed = http.token !== opened.token
    http.token = opened.token
    config.value = configOf(opened.config)
    dress(shop.told.theme, shop.told.colour || config.value.colour)
    const row = opened.conversation
    conversation.snapshot(row, opened.messages, !!opened.has_more, row?.customer_seen_seq ?? kept.read(row?.id))
    if (row?.agent_seen_seq) conversation.agentSaw(row.agent_seen_seq)
    bridge.tell({ type: 'token', token: opened.token, conversation: !!row })
    phase.value = 'ready'
    shop.ready()
    void connect(changed, opened.visitor.id)
    if (row) client.subscribe(row.id, row.last_seq)
  }

  async function connect(changed: boolean, visitor: Id): Promise<void> {
    if (running && !changed) return
    if (running) client.stop()
    const [sent, held] = await Promise.all([outboxStorage(`kefu-${visitor}`), outboxStorage(`kefu-held-${visitor}`)])
    await client.start(sent)
    running = true
    await out.restore(held)
  }

  async function open(): Promise<VisitorConversation> {
    const row = await http.ask<VisitorConversation | { conversation: VisitorConversation }>('POST', '/conversations', {})
    const opened = 'conversation' in row ? row.conversation : row
    joined(opened)
    return opened
  }

  function joined(row: VisitorConversation): void {
    conversation.seen.conversation = row
    client.subscribe(row.id, 0)
    bridge.tell({ type: 'token', token: http.token, conversation: true })
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
    arrived,
    client,
    out,
    http,
    bridge,
    shop,
    start,
    joined,
    set,
    async older(): Promise<void> {
      const first = conversation.lines.value[0]?.seq
      if (!first) return
      const answer = await http
        .ask<{ items: Message[]; next_cursor: string | null }>('GET', `/messages?before=${first}`)
        .catch(() => null)
      if (!answer) return
      conversation.merge(answer.items)
      conversation.seen.more = answer.items.length > 0 && answer.next_cursor !== null
    },
    typing(text: string): void {
      const row = conversation.seen.conversation
      if (row) client.typing(row.id, text)
    },
    /** Everything up to here was on screen. */
    sawAll(): void {
      const row = conversation.seen.conversation
      if (!row || conversation.unread.value === 0) return
      conversation.iSaw(row.last_seq)
      kept.write(row.id, row.last_seq)
      client.seen(row.id, row.last_seq)
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

const bearer = (token: string | null): Record<string, string> => (token ? { Authorization: `Bearer ${token}` } : {})
