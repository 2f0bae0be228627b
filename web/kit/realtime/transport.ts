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

export function pollTransport(url: string, headers: () => Record<string, string>): Connect {
  return (hooks) => {
    const stop = new AbortController()
    let session: string | undefined
    let over = false
    let queue: Promise<void> = Promise.resolve()

    const fail = (code: number) => {
      if (over) return
      over = true
      stop.abort()
      hooks.closed({ code, refused: code === 401 || code === 403 })
    }

    async function exchange(frames: ClientFrame[]): Promise<void> {
      const response = await fetch(url, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', ...headers() },
        body: JSON.stringify({ session, frames }),
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(POLL_WITHIN)]),
      })
      if (!response.ok) return fail(response.status)
      const reply = (await response.json()) as PollReply
      session = reply.session
      for (const frame of reply.frames) if (!over) hooks.frame(frame)
    }

    async function listen(): Promise<void> {
      while (!over) await exchange([])
    }

    const broken = () => fail(0)
    queueMicrotask(() => !over && hooks.opened())

    return {
      kind: 'poll',
      send(frame) {
        if (over) return false
        const first = session === undefined
        queue = queue.then(() => (over ? undefined : exchange([frame]))).catch(broken)
        if (first && frame.t === 'hello') queue = queue.then(() => void listen().catch(broken))
        return true
      },
      close() {
        over = true
        stop.abort()
      },
    }
  }
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
