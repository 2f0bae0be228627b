/** Sending: shown at once, acknowledged later, kept and shown as failed when refused. */

import type { Id, Message, MessageContent, MessageKind } from '@kefu/api'
import type { AckFrame } from '@kefu/api/frames'
import type { OutboxEntry } from '@kefu/kit/realtime'
import { computed, shallowReactive, type ComputedRef } from 'vue'
import { realtime, useConnection } from '@/app/realtime'
import { useSession } from '@/app/session'
import { putMessage } from './state'
import { useConversations } from './store'

export interface Outgoing {
  kind: MessageKind
  text?: string
  content?: MessageContent
  reply_to?: Id
}

/** What was handed to the outbox: needed until the acknowledgement turns it into a message. */
const handed = shallowReactive(new Map<Id, OutboxEntry>())

export function send(conversation: Id, message: Outgoing): Id {
  const entry = realtime().send({ conversation, ...message })
  handed.set(entry.frame.id, entry)
  return entry.frame.id
}

/** An acknowledged message is shown as sent at once; its event brings the server's own version. */
export function acknowledged(ack: AckFrame): void {
  const entry = handed.get(ack.id)
  const thread = useConversations().known.threads[ack.conversation]
  handed.delete(ack.id)
  if (!entry || !thread || thread.messages.some((message) => message.id === ack.id)) return
  putMessage(thread, { ...asMessage(entry), seq: ack.seq, at: ack.at, status: 'sent' })
}

/** Messages of a conversation that are still on their way, or stuck. */
export function usePending(conversation: () => Id | null): ComputedRef<OutboxEntry[]> {
  const connection = useConnection()
  return computed(() =>
    connection.unsent.filter((entry) => {
      if (entry.frame.conversation !== conversation()) return false
      handed.set(entry.frame.id, entry)
      return true
    }),
  )
}

export function asMessage({ frame, at, state, problem }: OutboxEntry): Message {
  const me = useSession().me
  return {
    id: frame.id,
    conversation: frame.conversation,
    seq: Number.MAX_SAFE_INTEGER,
    sender: { type: 'agent', id: me?.id ?? null, name: me?.name ?? '', avatar: me?.avatar },
    kind: frame.kind,
    text: frame.text ?? '',
    content: frame.content ?? null,
    reply_to: frame.reply_to ?? null,
    at: new Date(at).toISOString(),
    status: state === 'failed' ? 'failed' : 'sent',
    error: problem ? problem.title : null,
    recalled: false,
  }
}
