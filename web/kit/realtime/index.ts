/** Realtime for browsers, without a framework: see client.ts. */

export { RealtimeClient, type Draft, type Listeners, type RealtimeOptions } from './client'
export { outboxStorage, memoryStorage, sessionStorageOutbox, indexedDbOutbox } from './storage'
export type { OutboxStorage } from './storage'
export type { OutboxEntry } from './outbox'
export { initialState, type ConnectionState, type Phase, type Reason } from './state'
export { pollTransport, socketTransport } from './transport'
export type { Connect, Transport, TransportHooks, CloseReason } from './transport'
