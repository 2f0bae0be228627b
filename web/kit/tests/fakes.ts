/** A transport held in the test's hands. */

import type { ClientFrame, EventFrame, ServerFrame } from '@kefu/api/frames'
import type { CloseReason, Connect, Transport, TransportHooks } from '../realtime'

export class FakeLine implements Transport {
  sent: ClientFrame[] = []
  open = true

  constructor(
    readonly kind: 'socket' | 'poll',
    private readonly hooks: TransportHooks,
  ) {}

  send(frame: ClientFrame): boolean {
    if (this.open) this.sent.push(frame)
    return this.open
  }

  close(): void {
    this.open = false
  }

  say(frame: ServerFrame): void {
    if (this.open) this.hooks.frame(frame)
  }

  becomeReady(): void {
    this.greet()
    this.answer()
  }

  greet(): void {
    this.hooks.opened()
  }

  answer(): void {
    this.say({ t: 'ready', server_time: new Date().toISOString(), heartbeat: 15 })
  }

  drop(reason: CloseReason = { code: 1006 }): void {
    this.open = false
    this.hooks.closed(reason)
  }

  of<T extends ClientFrame['t']>(type: T): Extract<ClientFrame, { t: T }>[] {
    return this.sent.filter((frame) => frame.t === type) as Extract<ClientFrame, { t: T }>[]
  }
}

export class FakeNetwork {
  lines: FakeLine[] = []
  socket: Connect = (hooks) => this.make('socket', hooks)
  poll: Connect = (hooks) => this.make('poll', hooks)

  get last(): FakeLine {
    const line = this.lines.at(-1)
    if (!line) throw new Error('nothing has connected')
    return line
  }

  private make(kind: 'socket' | 'poll', hooks: TransportHooks): FakeLine {
    const line = new FakeLine(kind, hooks)
    this.lines.push(line)
    return line
  }
}

export function anEvent(conversation: string, seq: number | null, kind = 'message.received'): EventFrame {
  return {
    t: 'event',
    kind,
    subject: conversation,
    conversation,
    seq,
    at: new Date().toISOString(),
    details: {},
    data: null,
  }
}
