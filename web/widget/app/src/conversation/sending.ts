/** Sending: what is said before a conversation exists is kept, and goes once the desk has opened one. */

import type { Id, VisitorConversation } from '@kefu/api'
import { uuid7 } from '@kefu/kit/ids'
import type { Draft, OutboxEntry, OutboxStorage, RealtimeClient } from '@kefu/kit/realtime'
import { insist } from '../session/insisting'

export interface SendingOptions {
  client: RealtimeClient
  conversation: () => Id | null
  open: () => Promise<VisitorConversation>
  changed: (entries: OutboxEntry[]) => void
}

export type Saying = Omit<Draft, 'conversation' | 'id'>

export function sending({ client, conversation, open, changed }: SendingOptions) {
  let held: OutboxEntry[] = []
  let sent: OutboxEntry[] = []
  let storage: OutboxStorage | null = null
  let opening = false

  const show = () => changed([...sent, ...held])

  async function begin(): Promise<void> {
    if (opening) return
    opening = true
    const row = await insist(open)
    opening = false
    if (row) release(row.id)
    else fail()
  }

  function fail(): void {
    const problem = { title: '', status: 403, code: 'blocked' }
    held = held.map((entry) => ({ ...entry, state: 'failed', problem }))
    show()
  }

  function release(id: Id): void {
    const going = held
    held = []
    for (const { frame } of going) {
      void storage?.remove(frame.id)
      client.send({ ...frame, conversation: id })
    }
    show()
  }

  return {
    /** What an earlier page could not send before it was closed. */
    async restore(kept: OutboxStorage): Promise<void> {
      storage = kept
      held = [...(await kept.load().catch(() => [])), ...held]
      show()
      const id = conversation()
      if (!held.length) return
      if (id) release(id)
      else void begin()
    },
    outbox(entries: OutboxEntry[]): void {
      sent = entries
      show()
    },
    say(saying: Saying): Id {
      const there = conversation()
      const id = uuid7()
      if (there && !opening) {
        client.send({ ...saying, id, conversation: there })
        return id
      }
      const entry: OutboxEntry = {
        frame: { t: 'send', ...saying, id, conversation: '' },
        at: Date.now(),
        state: 'waiting',
      }
      held.push(entry)
      void storage?.put(entry)
      show()
      void begin()
      return id
    },
    retry(id: Id): void {
      if (!held.some(({ frame }) => frame.id === id)) return void client.retry(id)
      held = held.map((entry) => ({ frame: entry.frame, at: entry.at, state: 'waiting' }))
      show()
      void begin()
    },
    discard(id: Id): void {
      held = held.filter(({ frame }) => frame.id !== id)
      void storage?.remove(id)
      client.discard(id)
      show()
    },
  }
}

export type Sending = ReturnType<typeof sending>
