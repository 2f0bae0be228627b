/** Events of one conversation in the order of their `seq`: repeats dropped, gaps noticed. */

import type { Id } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'

export interface OrderingHooks {
  apply: (event: EventFrame) => void
  gap: (conversation: Id, known: number) => void
}

interface Line {
  known: number
  /** Those that came too early; null for one's own message, of which only the number is news. */
  held: Map<number, EventFrame | null>
  asked: boolean
}

const HELD_AT_MOST = 500

export class Ordering {
  private readonly lines = new Map<Id, Line>()

  constructor(private readonly hooks: OrderingHooks) {}

  /** Follow a conversation from a snapshot or a resume; what is already known is not taken back. */
  follow(conversation: Id, seq: number): void {
    const line = this.lines.get(conversation)
    if (line) line.known = Math.max(line.known, seq)
    else this.lines.set(conversation, { known: seq, held: new Map(), asked: false })
  }

  /** Start again from a fresh snapshot, even if its number is smaller than ours. */
  restart(conversation: Id, seq: number): void {
    const line = this.lines.get(conversation)
    this.lines.set(conversation, { known: seq, held: line?.held ?? new Map(), asked: false })
    this.drain(conversation)
  }

  forget(conversation: Id): void {
    this.lines.delete(conversation)
  }

  follows(conversation: Id): boolean {
    return this.lines.has(conversation)
  }

  positions(): { conversation: Id; seq: number }[] {
    return [...this.lines].map(([conversation, { known }]) => ({ conversation, seq: known }))
  }

  take(event: EventFrame): void {
    const line = event.conversation ? this.lines.get(event.conversation) : undefined
    if (!line || event.seq == null) {
      this.hooks.apply(event)
    } else if (event.seq === line.known + 1) {
      line.known = event.seq
      this.hooks.apply(event)
      this.drain(event.conversation as Id)
    } else if (event.seq > line.known) {
      if (line.held.size < HELD_AT_MOST) line.held.set(event.seq, event)
      this.ask(event.conversation as Id, line)
    }
  }

  /** One's own message got this number: there will be no event of it, and it leaves no gap. */
  acknowledged(conversation: Id, seq: number): void {
    const line = this.lines.get(conversation)
    if (!line || seq <= line.known) return
    if (line.held.size < HELD_AT_MOST) line.held.set(seq, null)
    this.drain(conversation)
  }

  /** The server told everything up to `lastSeq`. */
  resumed(conversation: Id, lastSeq: number): void {
    const line = this.lines.get(conversation)
    if (!line) return
    line.known = Math.max(line.known, lastSeq)
    line.asked = false
    this.drain(conversation)
    if (line.held.size > 0) this.ask(conversation, line)
  }

  /** A heartbeat tells where each conversation stands: silence cannot hide a gap. */
  compare(seqs: Record<Id, number>): void {
    for (const [conversation, seq] of Object.entries(seqs)) {
      const line = this.lines.get(conversation)
      if (!line || seq <= line.known) continue
      line.asked = false
      this.ask(conversation, line)
    }
  }

  /** After a reconnection nothing asked before will be answered. */
  disconnected(): void {
    for (const line of this.lines.values()) line.asked = false
  }

  private ask(conversation: Id, line: Line): void {
    if (line.asked) return
    line.asked = true
    this.hooks.gap(conversation, line.known)
  }

  private drain(conversation: Id): void {
    const line = this.lines.get(conversation)
    if (!line) return
    for (const seq of line.held.keys()) if (seq <= line.known) line.held.delete(seq)
    for (let next = line.held.get(line.known + 1); next !== undefined; next = line.held.get(line.known + 1)) {
      line.known += 1
      line.held.delete(line.known)
      if (next) this.hooks.apply(next)
    }
    if (line.held.size === 0) line.asked = false
  }
}
