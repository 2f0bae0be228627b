import { afterEach, expect, test, vi } from 'vitest'
import type { ServerFrame } from '@kefu/api/frames'
import { pollTransport, type CloseReason, type Transport } from '../realtime'

interface Asked {
  body: { session?: string; frames: { t: string }[] }
  answer: (frames: ServerFrame[]) => void
  refuse: (status: number, code: string) => void
}

function aPolling() {
  const asked: Asked[] = []
  const heard: ServerFrame[] = []
  const closed: CloseReason[] = []
  vi.stubGlobal('fetch', (_url: string, options: RequestInit) => {
    const signal = options.signal as AbortSignal
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      asked.push({
        body: JSON.parse(String(options.body)),
        answer: (frames) => resolve(Response.json({ session: 's1', frames })),
        refuse: (status, code) => resolve(Response.json({ code }, { status })),
      })
    })
  })
  const held: { line?: Transport } = {}
  held.line = pollTransport('/poll', () => ({}))({
    opened: () => void held.line?.send({ t: 'hello' }),
    frame: (frame) => heard.push(frame),
    closed: (reason) => closed.push(reason),
  })
  return { asked, heard, closed, line: held.line }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
const ready: ServerFrame = { t: 'ready', server_time: '', heartbeat: 15 }

afterEach(() => vi.unstubAllGlobals())

test('the first request says hello alone; then one request always listens', async () => {
  const { asked, heard } = aPolling()
  await settle()
  expect(asked.map(({ body }) => body)).toEqual([{ frames: [{ t: 'hello' }] }])

  asked[0]?.answer([ready])
  await settle()

  expect(heard).toEqual([ready])
  expect(asked[1]?.body).toEqual({ session: 's1', frames: [] })
})

test('a message goes at once beside the listening request, quiet frames wait for room', async () => {
  const { asked, line } = aPolling()
  await settle()
  asked[0]?.answer([ready])
  await settle()

  line?.send({ t: 'typing', conversation: 'c1' })
  line?.send({ t: 'typing', conversation: 'c1' })
  line?.send({ t: 'send', id: 'm1', conversation: 'c1', kind: 'text', text: '你好' })
  await settle()

  expect(asked.map(({ body }) => body.frames.map((frame) => frame.t))).toEqual([['hello'], [], ['typing'], ['typing', 'send']])
})

test('a lost polling session is begun again, a refused one is final', async () => {
  const lost = aPolling()
  await settle()
  lost.asked[0]?.refuse(401, 'ended')
  await settle()
  expect(lost.closed).toEqual([{ code: 401, refused: false }])

  const refused = aPolling()
  await settle()
  refused.asked[0]?.refuse(401, 'unauthenticated')
  await settle()

  expect(refused.closed).toEqual([{ code: 401, refused: true }])
})
