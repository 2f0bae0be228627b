/** Keeps one live transport: tries again with patience, notices silence and sleep, falls back to polling. */

import type { ClientFrame, ServerFrame } from '@kefu/api/frames'
import { Backoff } from './backoff'
import { initialState, type ConnectionState, type Reason } from './state'
import type { CloseReason, Connect, Transport } from './transport'

export interface ConnectionHooks {
  greeting: () => ClientFrame
  ready: () => void
  frame: (frame: ServerFrame) => void
  changed: (state: ConnectionState) => void
  tick: () => void
  refused: () => void
}

export interface ConnectionOptions {
  socket: Connect
  poll: Connect
  hooks: ConnectionHooks
  random?: () => number
}

const TICK = 1000
const SLEPT = 10_000
const READY_WITHIN = 10_000
const ANSWER_AFTER_WAKING = 4000
const SOCKET_TRIES = 3
/** Sockets that worked here before are rarely blocked later: the server restarts. */
const SOCKET_TRIES_AFTER_SUCCESS = 8
const TRY_SOCKET_AGAIN = 60_000
const OFFLINE_AFTER = 5

export class Connection {
  state: ConnectionState = initialState()
  private transport: Transport | null = null
  private candidate: Transport | null = null
  private readonly backoff: Backoff
  private timer: ReturnType<typeof setTimeout> | undefined
  private readyTimer: ReturnType<typeof setTimeout> | undefined
  private ticker: ReturnType<typeof setInterval> | undefined
  private lastTick = 0
  private heartbeat = 15_000
  private mustHearBy = Infinity
  private lastSentAt = 0
  private socketFailures = 0
  private socketWorked = false
  private triedSocketAt = 0

  constructor(private readonly options: ConnectionOptions) {
    this.backoff = new Backoff({ random: options.random })
  }

  start(): void {
    this.lastTick = Date.now()
    this.ticker = setInterval(() => this.tick(), TICK)
    addEventListener?.('online', this.wake)
    addEventListener?.('offline', this.lostNetwork)
    addEventListener?.('pageshow', this.wake)
    document?.addEventListener('visibilitychange', this.becameVisible)
    this.connect()
  }

  stop(reason: Reason = 'stopped'): void {
    clearInterval(this.ticker)
    clearTimeout(this.timer)
    this.dropTransports()
    removeEventListener?.('online', this.wake)
    removeEventListener?.('offline', this.lostNetwork)
    removeEventListener?.('pageshow', this.wake)
    document?.removeEventListener('visibilitychange', this.becameVisible)
    this.update({ phase: 'offline', reason, nextTryAt: null })
  }

  /** False when nothing is live: the caller keeps what it wanted to say. */
  send(frame: ClientFrame): boolean {
    if (this.state.phase !== 'live' || !this.transport?.send(frame)) return false
    this.lastSentAt = Date.now()
    return true
  }

  /** Try now: the network came back, the lid was opened, or somebody asked. */
  readonly wake = (): void => {
    if (this.state.phase === 'live') {
      this.mustHearBy = Math.min(this.mustHearBy, Date.now() + ANSWER_AFTER_WAKING)
      this.send({ t: 'beat' })
    } else if (this.state.reason !== 'refused') {
      this.backoff.reset()
      this.connect()
    }
  }

  update(change: Partial<ConnectionState>): void {
    this.state = { ...this.state, ...change }
    this.options.hooks.changed(this.state)
  }

  private readonly becameVisible = (): void => {
    if (document.visibilityState === 'visible') this.wake()
  }

  private readonly lostNetwork = (): void => this.lost('no_network')

  private connect(kind: 'socket' | 'poll' = this.preferred()): void {
    clearTimeout(this.timer)
    clearTimeout(this.readyTimer)
    this.candidate?.close()
    if (kind === 'socket') this.triedSocketAt = Date.now()
    const mine: { transport?: Transport } = {}
    mine.transport = this.options[kind]({
      opened: () => void mine.transport?.send(this.options.hooks.greeting()),
      frame: (frame) => this.heard(mine.transport as Transport, frame),
      closed: (reason) => this.closed(mine.transport as Transport, reason),
    })
    this.candidate = mine.transport
    this.readyTimer = setTimeout(() => this.tookTooLong(), READY_WITHIN)
  }

  private preferred(): 'socket' | 'poll' {
    const tries = this.socketWorked ? SOCKET_TRIES_AFTER_SUCCESS : SOCKET_TRIES
    return this.socketFailures >= tries ? 'poll' : 'socket'
  }

  /** Where polling fails too, the server is away and nothing is blocked: sockets get their turn again. */
  private countFailure(kind: 'socket' | 'poll'): void {
    this.socketFailures = kind === 'poll' ? 0 : this.socketFailures + 1
  }

  private heard(from: Transport, frame: ServerFrame): void {
    if (from !== this.transport && from !== this.candidate) return
    this.state.lastHeardAt = Date.now()
    this.mustHearBy = Date.now() + this.heartbeat * 2 + 5000
    if (frame.t === 'ready') this.becameReady(from, frame)
    if (frame.t === 'banner') {
      this.update({ banner: frame.code === 'ok' ? null : frame.code })
    }
    this.options.hooks.frame(frame)
  }

  private becameReady(from: Transport, frame: Extract<ServerFrame, { t: 'ready' }>): void {
    clearTimeout(this.readyTimer)
    if (this.transport && this.transport !== from) this.transport.close()
    this.transport = from
    this.candidate = null
    this.backoff.reset()
    if (from.kind === 'socket') {
      this.socketFailures = 0
      this.socketWorked = true
    }
    this.heartbeat = (frame.heartbeat || 15) * 1000
    this.mustHearBy = Date.now() + this.heartbeat * 2 + 5000
    this.lastSentAt = Date.now()
    this.update({
      phase: 'live',
      reason: from.kind === 'poll' ? 'sockets_blocked' : null,
      transport: from.kind,
      attempt: 0,
      nextTryAt: null,
      liveSince: Date.now(),
      skew: Date.parse(frame.server_time) - Date.now() || 0,
    })
    this.options.hooks.ready()
  }

  private closed(from: Transport, reason: CloseReason): void {
    if (reason.refused) return this.refused()
    if (from === this.candidate) {
      this.candidate = null
      clearTimeout(this.readyTimer)
      this.countFailure(from.kind)
      if (!this.transport) this.retry('server_away')
    } else if (from === this.transport) {
      this.lost('server_away')
    }
  }

  private tookTooLong(): void {
    const late = this.candidate
    if (!late) return
    late.close()
    this.closed(late, { code: 0 })
  }

  private refused(): void {
    this.stop('refused')
    this.options.hooks.refused()
  }

  private lost(reason: Reason): void {
    this.dropTransports()
    this.retry(reason)
  }

  private dropTransports(): void {
    clearTimeout(this.readyTimer)
    this.transport?.close()
    this.candidate?.close()
    this.transport = this.candidate = null
  }

  private retry(reason: Reason): void {
    clearTimeout(this.timer)
    const wait = this.backoff.next()
    const away = navigator?.onLine === false
    const offline = away || this.backoff.attempt > OFFLINE_AFTER
    this.update({
      phase: offline ? 'offline' : 'reconnecting',
      reason: away ? 'no_network' : reason,
      attempt: this.backoff.attempt,
      nextTryAt: Date.now() + wait,
      transport: null,
    })
    this.timer = setTimeout(() => this.connect(), wait)
  }

  private tick(): void {
    const now = Date.now()
    const slept = now - this.lastTick > SLEPT
    this.lastTick = now
    if (slept) this.wake()
    if (this.state.phase !== 'live') return
    if (now > this.mustHearBy) return this.lost(slept ? 'woke_up' : 'silent')
    if (now - this.lastSentAt >= this.heartbeat) this.send({ t: 'beat' })
    this.options.hooks.tick()
    const polling = this.transport?.kind === 'poll' && !this.candidate
    if (polling && now - this.triedSocketAt > TRY_SOCKET_AGAIN) this.connect('socket')
  }
}
