/** What the connection is doing, in a form that can be shown and explained. */

export type Phase = 'live' | 'reconnecting' | 'offline'

export type Reason =
  | 'starting'
  | 'no_network'
  | 'server_away'
  | 'silent'
  | 'woke_up'
  | 'refused'
  | 'sockets_blocked'
  | 'stopped'

export interface ConnectionState {
  phase: Phase
  reason: Reason | null
  transport: 'socket' | 'poll' | null
  attempt: number
  nextTryAt: number | null
  liveSince: number | null
  lastHeardAt: number | null
  /** Messages written and not yet acknowledged. */
  waiting: number
  /** Server's clock minus ours, in milliseconds. */
  skew: number
  banner: string | null
}

export function initialState(): ConnectionState {
  return {
    phase: 'reconnecting',
    reason: 'starting',
    transport: null,
    attempt: 0,
    nextTryAt: null,
    liveSince: null,
    lastHeardAt: null,
    waiting: 0,
    skew: 0,
    banner: null,
  }
}
