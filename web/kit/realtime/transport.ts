/** The two ways a frame can travel, with one shape: a socket, and long polling where sockets are blocked. */

import type { ClientFrame, ServerFrame } from '@kefu/api/frames'

export interface TransportHooks {
  opened: () => void
  frame: (frame: ServerFrame) => void
  closed: (reason: CloseReason) => void
}

export interface CloseReason {
  code: number
  /** The other side answered and refused: trying the same again at once is of no use. */
  refused?: boolean
}

export interface Transport {
  readonly kind: 'socket' | 'poll'
  send(frame: ClientFrame): boolean
  close(): void
}

export type Connect = (hooks: TransportHooks) => Transport

export function socketTransport(url: string): Connect {
  return (hooks) => {
    const socket = new WebSocket(absolute(url))
    let over = false
    const end = (reason: CloseReason) => {
      if (over) return
      over = true
      hooks.closed(reason)
    }
    socket.onopen = () => !over && hooks.opened()
    socket.onmessage = (message) => {
      const frame = parsed(message.data)
      if (frame && !over) hooks.frame(frame)
    }
    socket.onclose = (event) => end({ code: event.code, refused: isRefusal(event.code) })
    socket.onerror = () => undefined
    return {
      kind: 'socket',
      send(frame) {
        if (over || socket.readyState !== WebSocket.OPEN) return false
        socket.send(JSON.stringify(frame))
        return true
      },
      close() {
        over = true
        socket.close()
      },
    }
  }
}

interface PollReply {
  session: string
  frames: ServerFrame[]
}

const POLL_WITHIN = 60_000
const REQUESTS_AT_ONCE = 4
/** These want no answer: a few of them never hold up what does. */
const QUIET = new Set<ClientFrame['t']>(['typing', 'seen', 'beat', 'unsubscribe'])
const QUIET_AT_ONCE = 2

/** One request always listens; what is said travels in others, so that nothing waits for an answer. */
export function pollTransport(url: string, headers: () => Record<string, string>): Connect {
  return (hooks) => {
    const stop = new AbortController()
    let session: string | undefined
    let over = false
    let open = 0
    let saying: ClientFrame[] = []

    const end = (reason: CloseReason) => {
      if (over) return
      over = true
      stop.abort()
      hooks.closed(reason)
    }

    async function exchange(frames: ClientFrame[]): Promise<void> {
      open += 1
      try {
        const response = await fetch(url, {
          method: 'POST',
          credentials: 'same-origin',
          headers: { 'Content-Type': 'application/json', ...headers() },
          body: JSON.stringify({ session, frames }),
          signal: AbortSignal.any([stop.signal, AbortSignal.timeout(POLL_WITHIN)]),
        })
        if (!response.ok) return end(await refusalIn(response))
        const reply = (await response.json()) as PollReply
        session = reply.session
        for (const frame of reply.frames) if (!over) hooks.frame(frame)
      } catch {
        return end({ code: 0 })
      } finally {
        open -= 1
      }
      speak()
    }

    function speak(): void {
      if (over || (session === undefined && open > 0)) return
      const quiet = saying.every((frame) => QUIET.has(frame.t))
      const room = open < (quiet ? QUIET_AT_ONCE : REQUESTS_AT_ONCE)
      if ((saying.length > 0 && room) || open === 0) {
        const frames = saying
        saying = []
        void exchange(frames)
      }
    }

    queueMicrotask(() => !over && hooks.opened())

    return {
      kind: 'poll',
      send(frame) {
        if (over) return false
        saying.push(frame)
        speak()
        return true
      },
      close() {
        over = true
        stop.abort()
      },
    }
  }
}

/** A lost polling session only has to be begun again; other refusals are final. */
async function refusalIn(response: Response): Promise<CloseReason> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string }
  const lost = problem.code === 'ended' || problem.code === 'no_session'
  return { code: response.status, refused: !lost && (response.status === 401 || response.status === 403) }
}

function absolute(url: string): string {
  const full = new URL(url, location.href)
  full.protocol = full.protocol.replace('http', 'ws')
  return full.href
}

function parsed(data: unknown): ServerFrame | null {
  try {
    return JSON.parse(String(data)) as ServerFrame
  } catch {
    return null
  }
}

function isRefusal(code: number): boolean {
  return code === 4401 || code === 4403
}
