/** The realtime client: what the console and the widget talk to. Order, resume and resending happen here. */

import type { Id, Problem } from '@kefu/api'
import type {
  AckFrame,
  ClientFrame,
  EventFrame,
  FrameOf,
  ResumedFrame,
  SendFrame,
  ServerFrame,
} from '@kefu/api/frames'
import { uuid7 } from '../ids'
import { Connection } from './connection'
import { Ordering } from './ordering'
import { Outbox, type OutboxEntry } from './outbox'
import type { ConnectionState } from './state'
import type { OutboxStorage } from './storage'
import type { Connect } from './transport'

export interface Listeners {
  ready: (frame: FrameOf<'ready'>) => void
  event: (event: EventFrame) => void
  resumed: (frame: ResumedFrame) => void
  reload: (conversation: Id) => void
  gone: (conversation: Id) => void
  ack: (frame: AckFrame) => void
  refused: (id: Id | null, problem: Problem) => void
  typing: (frame: FrameOf<'typing'>) => void
  seen: (frame: FrameOf<'seen'>) => void
  viewers: (frame: FrameOf<'viewers'>) => void
  rows: (frame: FrameOf<'rows'>) => void
  outbox: (entries: OutboxEntry[]) => void
  state: (state: ConnectionState) => void
  signedOut: () => void
}

export interface RealtimeOptions {
  socket: Connect
  poll: Connect
  hello: () => { token?: string; locale?: string }
  on: Partial<Listeners>
  random?: () => number
}

export type Draft = Omit<SendFrame, 't' | 'id'> & { id?: Id }

type Listener = (told: unknown) => void

const TYPING_EVERY = 1000
const NAMING = new Set<ServerFrame['t']>(['reload', 'gone'])

export class RealtimeClient {
  private readonly connection: Connection
  private readonly ordering: Ordering
  private readonly outbox: Outbox
  private readonly on: Partial<Listeners>
  private greeted = new Set<Id>()
  private typedAt = new Map<Id, number>()

  constructor(private readonly options: RealtimeOptions) {
    this.on = options.on
    this.outbox = new Outbox({
      transmit: (frame) => this.connection.send(frame),
      changed: () => this.outboxChanged(),
      now: () => Date.now(),
    })
    this.ordering = new Ordering({
      apply: (event) => this.on.event?.(event),
      gap: (conversation, seq) => this.connection.send({ t: 'subscribe', conversation, seq }),
    })
    this.connection = new Connection({
      socket: options.socket,
      poll: options.poll,
      random: options.random,
      hooks: {
        greeting: () => this.greeting(),
        ready: () => this.becameReady(),
        frame: (frame) => this.take(frame),
        changed: (state) => this.on.state?.(state),
        tick: () => this.outbox.sendOverdue(),
        refused: () => this.on.signedOut?.(),
      },
    })
  }

  get state(): ConnectionState {
    return this.connection.state
  }

  async start(storage?: OutboxStorage): Promise<void> {
    if (storage) await this.outbox.restore(storage)
    this.connection.start()
  }

  stop(): void {
    this.connection.stop()
  }

  reconnectNow(): void {
    this.connection.wake()
  }

  /** From the snapshot's `last_seq` on, nothing of this conversation is missed. */
  subscribe(conversation: Id, seq: number): void {
    this.ordering.restart(conversation, seq)
    this.connection.send({ t: 'subscribe', conversation, seq })
  }

  unsubscribe(conversation: Id): void {
    if (!this.ordering.follows(conversation)) return
    this.ordering.forget(conversation)
    this.connection.send({ t: 'unsubscribe', conversation })
  }

  send(draft: Draft): OutboxEntry {
    return this.outbox.add({ t: 'send', id: draft.id ?? uuid7(), ...draft })
  }

  retry(id: Id): OutboxEntry | null {
    return this.outbox.retry(id)
  }

  discard(id: Id): void {
    this.outbox.discard(id)
  }

  unsent(): OutboxEntry[] {
    return this.outbox.all()
  }

  /** At most once a second; `text` lets agents read along where the visitor's side sends it. */
  typing(conversation: Id, text?: string): void {
    const now = Date.now()
    if (now - (this.typedAt.get(conversation) ?? 0) < TYPING_EVERY) return
    this.typedAt.set(conversation, now)
    this.connection.send({ t: 'typing', conversation, ...(text === undefined ? {} : { text }) })
  }

  seen(conversation: Id, seq: number): void {
    this.connection.send({ t: 'seen', conversation, seq })
  }

  private greeting(): ClientFrame {
    const subscriptions = this.ordering.positions()
    this.greeted = new Set(subscriptions.map(({ conversation }) => conversation))
    return { t: 'hello', ...this.options.hello(), subscriptions }
  }

  /** What was followed between the greeting and its answer, the server has not heard of yet. */
  private becameReady(): void {
    for (const { conversation, seq } of this.ordering.positions()) {
      if (!this.greeted.has(conversation)) this.connection.send({ t: 'subscribe', conversation, seq })
    }
    this.outbox.sendAll()
  }

  private take(frame: ServerFrame): void {
    if (frame.t === 'event') this.ordering.take(frame)
    else if (frame.t === 'beat') this.ordering.compare(frame.seqs)
    else if (frame.t === 'error') this.refused(frame)
    else {
      this.beforeListeners(frame)
      const listener = this.on[frame.t as keyof Listeners] as Listener | undefined
      listener?.(NAMING.has(frame.t) && 'conversation' in frame ? frame.conversation : frame)
    }
    if (frame.t === 'resumed') this.ordering.resumed(frame.conversation, frame.last_seq)
  }

  private beforeListeners(frame: ServerFrame): void {
    if (frame.t === 'ack') this.acknowledged(frame)
    if (frame.t === 'ready') this.ordering.disconnected()
    if (frame.t === 'reload' || frame.t === 'gone') this.ordering.forget(frame.conversation)
  }

  private acknowledged(ack: AckFrame): void {
    this.outbox.acknowledged(ack)
    this.ordering.acknowledged(ack.conversation, ack.seq)
  }

  private refused(frame: FrameOf<'error'>): void {
    if (frame.id) this.outbox.refused(frame.id, frame.problem)
    this.on.refused?.(frame.id ?? null, frame.problem)
  }

  private outboxChanged(): void {
    this.on.outbox?.(this.outbox.all())
    this.connection.update({ waiting: this.outbox.waiting() })
  }
}
