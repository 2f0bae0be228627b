/** What each family of events changes in what we have seen. */

import type { Id, Message, VisitorConversation } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import type { OutboxEntry } from '@kefu/kit/realtime'

/** What a visitor sees of the state of a conversation. */
export interface Row extends VisitorConversation {
  agent_seen_seq?: number
  customer_seen_seq?: number
  rated?: boolean
}

export interface Seen {
  conversation: Row | null
  messages: Map<Id, Message>
  more: boolean
  unsent: OutboxEntry[]
  agentSeen: number
  mySeen: number
  typing: { name: string } | null
}

type Reducer = (seen: Seen, event: EventFrame, upsert: (message: Message) => void) => void

export const reducers: Record<string, Reducer> = {
  message(seen, event, upsert) {
    const message = event.data as Message | null
    if (message && typeof message.id === 'string' && message.kind !== 'note') upsert(message)
    reach(seen, event.seq)
  },
  conversation(seen, event) {
    const told = event.data as Partial<Row> | null
    if (seen.conversation && told?.id === seen.conversation.id) seen.conversation = { ...seen.conversation, ...told }
    reach(seen, event.seq)
  },
}

function reach(seen: Seen, seq: number | null | undefined): void {
  if (seen.conversation && seq && seq > seen.conversation.last_seq) seen.conversation.last_seq = seq
}
