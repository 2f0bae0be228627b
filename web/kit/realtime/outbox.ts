/** Messages written here and not yet acknowledged: kept, sent in order, sent again, never doubled. */

import type { AckFrame, SendFrame } from '@kefu/api/frames'
import type { Id, Problem } from '@kefu/api'
import { uuid7 } from '../ids'
import type { OutboxStorage } from './storage'

export interface OutboxEntry {
  frame: SendFrame
  at: number
  state: 'waiting' | 'failed'
  problem?: Problem
}

export interface OutboxHooks {
  transmit: (frame: SendFrame) => boolean
  changed: () => void
  now: () => number
}

/** The server refuses client ids more than 24 hours off its clock. */
const OLDEST_ID = 23 * 3_600_000
const ACK_WITHIN = 10_000
const TRY_LATER = new Set([429, 502, 503, 504])

export class Outbox {
  private entries = new Map<Id, OutboxEntry>()
  private sentAt = new Map<Id, number>()
  private storage: OutboxStorage | null = null

  constructor(private readonly hooks: OutboxHooks) {}

  /** What an earlier page kept comes before what this page wrote meanwhile. */
  async restore(storage: OutboxStorage): Promise<void> {
    const kept = await storage.load().catch(() => [])
    kept.sort((a, b) => (a.frame.id < b.frame.id ? -1 : 1))
    const written = [...this.entries.values()]
    this.storage = storage
    this.entries = new Map([...kept, ...written].map((entry) => [entry.frame.id, entry]))
    for (const entry of written) this.keep(entry)
    this.hooks.changed()
  }

  all(): OutboxEntry[] {
    return [...this.entries.values()]
  }

  waiting(): number {
    return this.all().filter((entry) => entry.state === 'waiting').length
  }

  add(frame: SendFrame): OutboxEntry {
    const entry: OutboxEntry = { frame, at: this.hooks.now(), state: 'waiting' }
    this.entries.set(frame.id, entry)
    this.keep(entry)
    this.transmit(entry)
    this.hooks.changed()
    return entry
  }

  /** True when the acknowledged message was ours. */
  acknowledged(ack: AckFrame): boolean {
    return this.remove(ack.id)
  }

  /** A refusal is shown with its reason; a full or absent server is only waited for. */
  refused(id: Id, problem: Problem): void {
    const entry = this.entries.get(id)
    if (!entry) return
    this.sentAt.set(id, this.hooks.now())
    if (TRY_LATER.has(problem.status)) return
    this.fail(entry, problem)
  }

  /** Try a failed one again. A new id only where the server would refuse the old one as too old. */
  retry(id: Id): OutboxEntry | null {
    const entry = this.entries.get(id)
    if (!entry) return null
    this.remove(id)
    const tooOld = this.hooks.now() - entry.at > OLDEST_ID
    return this.add({ ...entry.frame, id: tooOld ? uuid7(this.hooks.now()) : id })
  }

  discard(id: Id): void {
    this.remove(id)
  }

  /** After a (re)connection everything waiting goes again, oldest first. */
  sendAll(): void {
    this.sentAt.clear()
    this.sendOverdue()
  }

  /** Anything without an answer for too long goes again: the id makes a repeat harmless. */
  sendOverdue(): void {
    const now = this.hooks.now()
    for (const entry of this.all()) {
      if (entry.state === 'failed') continue
      if (now - entry.at > OLDEST_ID) {
        this.fail(entry, { title: 'Too old to send', status: 0, code: 'expired' })
      } else if (now - (this.sentAt.get(entry.frame.id) ?? -Infinity) >= ACK_WITHIN) {
        this.transmit(entry)
      }
    }
  }

  private transmit(entry: OutboxEntry): void {
    if (this.hooks.transmit(entry.frame)) this.sentAt.set(entry.frame.id, this.hooks.now())
  }

  private fail(entry: OutboxEntry, problem: Problem): void {
    entry.state = 'failed'
    entry.problem = problem
    this.keep(entry)
    this.hooks.changed()
  }

  private remove(id: Id): boolean {
    if (!this.entries.delete(id)) return false
    this.sentAt.delete(id)
    this.storage?.remove(id).catch(() => undefined)
    this.hooks.changed()
    return true
  }

  private keep(entry: OutboxEntry): void {
    this.storage?.put(entry).catch(() => undefined)
  }
}
