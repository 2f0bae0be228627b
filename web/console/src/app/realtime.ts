/** One realtime client for the whole console; pushed events go to the reducers that features registered. */

import type { EventFrame } from '@kefu/api/frames'
import {
  initialState,
  outboxStorage,
  pollTransport,
  RealtimeClient,
  socketTransport,
  type ConnectionState,
  type Listeners,
  type OutboxEntry,
} from '@kefu/kit/realtime'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Feature } from './feature'
import { csrfHeaders } from './http'

export const useConnection = defineStore('connection', () => {
  const state = ref<ConnectionState>(initialState())
  const unsent = shallowRef<OutboxEntry[]>([])
  return { state, unsent }
})

let client: RealtimeClient | null = null

export function realtime(): RealtimeClient {
  if (!client) throw new Error('Realtime is used before somebody signed in.')
  return client
}

export async function startRealtime(features: Feature[], agent: string, signedOut: () => void): Promise<void> {
  stopRealtime()
  const connection = useConnection()
  client = new RealtimeClient({
    socket: socketTransport('/api/v1/socket'),
    poll: pollTransport('/api/v1/socket/poll', csrfHeaders),
    hello: () => ({ locale: document.documentElement.lang }),
    on: {
      ...fannedOut(features),
      event: dispatcher(features),
      state: (state) => (connection.state = state),
      outbox: (entries) => (connection.unsent = entries),
      signedOut,
    },
  })
  await client.start(await outboxStorage(`kefu-outbox-${agent}`))
}

export function stopRealtime(): void {
  client?.stop()
  client = null
}

/** An event kind may interest several features; one that fails does not silence the others. */
export function dispatcher(features: Feature[]): (event: EventFrame) => void {
  return (event) => {
    for (const feature of features) {
      try {
        feature.reducers?.[event.kind]?.(event)
      } catch (thrown) {
        reportError(thrown)
      }
    }
  }
}

const FANNED = ['ready', 'resumed', 'reload', 'gone', 'ack', 'refused', 'typing', 'seen', 'viewers', 'rows'] as const

function fannedOut(features: Feature[]): Partial<Listeners> {
  const listeners: Partial<Record<keyof Listeners, (...told: unknown[]) => void>> = {}
  for (const name of FANNED) {
    listeners[name] = (...told) => {
      for (const { listeners: own } of features) (own?.[name] as ((...args: unknown[]) => void) | undefined)?.(...told)
    }
  }
  return listeners as Partial<Listeners>
}
