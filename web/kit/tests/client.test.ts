import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AckFrame, EventFrame } from '@kefu/api/frames'
import { memoryStorage, RealtimeClient, type ConnectionState, type Listeners } from '../realtime'
import { anEvent, FakeNetwork } from './fakes'

let network: FakeNetwork
let client: RealtimeClient
let applied: EventFrame[]
let states: ConnectionState[]

async function aClient(on: Partial<Listeners> = {}) {
  network = new FakeNetwork()
  applied = []
  states = []
  client = new RealtimeClient({
    socket: network.socket,
    poll: network.poll,
    hello: () => ({ locale: 'zh-CN' }),
    on: { event: (event) => applied.push(event), state: (state) => states.push(state), ...on },
    random: () => 0.5,
  })
  await client.start(memoryStorage())
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  client.stop()
  vi.useRealTimers()
})

const seqs = () => applied.map((event) => event.seq)
const ackOf = (id: string, seq: number): AckFrame => ({
  t: 'ack',
  id,
  conversation: 'c1',
  seq,
  at: new Date().toISOString(),
})

test('the first frame says hello with every conversation followed and how far it is known', async () => {
  await aClient()
  network.last.becomeReady()
  client.subscribe('c1', 7)
  network.last.say(anEvent('c1', 8))

  network.last.drop()
  await vi.advanceTimersByTimeAsync(1000)
  network.last.becomeReady()

  expect(network.last.of('hello')).toEqual([
    { t: 'hello', locale: 'zh-CN', subscriptions: [{ conversation: 'c1', seq: 8 }] },
  ])
})

test('a conversation followed between the greeting and its answer is subscribed to', async () => {
  await aClient()
  network.last.greet()
  client.subscribe('c1', 4)
  expect(network.last.of('subscribe')).toEqual([])

  network.last.answer()

  expect(network.last.of('subscribe')).toEqual([{ t: 'subscribe', conversation: 'c1', seq: 4 }])
})

test('a gap is asked for, and what came too early follows what fills it', async () => {
  await aClient()
  network.last.becomeReady()
  client.subscribe('c1', 1)

  network.last.say(anEvent('c1', 2))
  network.last.say(anEvent('c1', 4))
  expect(seqs()).toEqual([2])
  expect(network.last.of('subscribe').at(-1)).toEqual({ t: 'subscribe', conversation: 'c1', seq: 2 })
  network.last.say({
    t: 'resumed',
    conversation: 'c1',
    last_seq: 3,
    conversation_row: null,
    messages: [],
  })

  expect(seqs()).toEqual([2, 4])
})

test('a heartbeat that knows more than we do makes us ask', async () => {
  await aClient()
  network.last.becomeReady()
  client.subscribe('c1', 5)

  network.last.say({ t: 'beat', seqs: { c1: 6 }, server_time: new Date().toISOString() })

  expect(network.last.of('subscribe').at(-1)).toEqual({ t: 'subscribe', conversation: 'c1', seq: 5 })
})

test('a message written while disconnected goes out after the reconnection, with the same id', async () => {
  await aClient()
  network.last.becomeReady()
  network.last.drop()

  const { frame } = client.send({ conversation: 'c1', kind: 'text', text: '你好' })
  expect(client.state.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  network.last.becomeReady()

  expect(network.last.of('send').map((sent) => sent.id)).toEqual([frame.id])
})

test('a message whose acknowledgement was lost is sent again, and one acknowledgement ends it', async () => {
  await aClient()
  network.last.becomeReady()
  const { frame } = client.send({ conversation: 'c1', kind: 'text', text: '在吗' })

  network.last.drop()
  await vi.advanceTimersByTimeAsync(1000)
  network.last.becomeReady()
  network.last.say({ ...ackOf(frame.id, 3), duplicate: true })

  expect(network.last.of('send')).toHaveLength(1)
  expect(client.unsent()).toEqual([])
  expect(client.state.waiting).toBe(0)
})

test('a live line without an acknowledgement gets the message again after ten seconds', async () => {
  await aClient()
  network.last.becomeReady()
  client.send({ conversation: 'c1', kind: 'text', text: '在吗' })

  await vi.advanceTimersByTimeAsync(11_000)

  expect(network.last.of('send')).toHaveLength(2)
})

test('a refused message stays, with the reason, and can be tried again', async () => {
  await aClient()
  network.last.becomeReady()
  const { frame } = client.send({ conversation: 'c1', kind: 'text', text: '太长' })
  const problem = { title: 'Too long', status: 422, code: 'too_long', field: 'text' }

  network.last.say({ t: 'error', id: frame.id, problem })
  expect(client.unsent()).toMatchObject([{ state: 'failed', problem }])
  client.retry(frame.id)

  expect(network.last.of('send')).toHaveLength(2)
  expect(client.unsent()).toMatchObject([{ state: 'waiting' }])
})

test('a busy server only delays a message', async () => {
  await aClient()
  network.last.becomeReady()
  const { frame } = client.send({ conversation: 'c1', kind: 'text', text: '喂' })

  network.last.say({ t: 'error', id: frame.id, problem: { title: 'Away', status: 503, code: 'away' } })

  expect(client.unsent()).toMatchObject([{ state: 'waiting' }])
})

test('silence longer than two heartbeats is a lost connection', async () => {
  await aClient()
  network.last.becomeReady()

  await vi.advanceTimersByTimeAsync(37_000)

  expect(network.lines.length).toBeGreaterThan(1)
  expect(states.some((state) => state.phase === 'reconnecting' && state.reason === 'silent')).toBe(true)
})

test('a beat now and then keeps the connection and answers the server', async () => {
  await aClient()
  network.last.becomeReady()

  for (let beat = 0; beat < 10; beat += 1) {
    await vi.advanceTimersByTimeAsync(15_000)
    network.last.say({ t: 'beat', seqs: {}, server_time: new Date().toISOString() })
  }

  expect(network.lines).toHaveLength(1)
  expect(network.last.of('beat').length).toBeGreaterThan(5)
})

test('after sleep the line has four seconds to prove that it lives', async () => {
  await aClient()
  network.last.becomeReady()

  vi.setSystemTime(Date.now() + 20_000)
  await vi.advanceTimersByTimeAsync(1000)
  expect(network.last.of('beat')).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(6000)

  expect(network.lines.length).toBeGreaterThan(1)
})

test('the network coming back ends the waiting at once', async () => {
  await aClient()
  for (let time = 0; time < 8; time += 1) {
    network.last.drop()
    await vi.advanceTimersByTimeAsync(20_000)
  }
  network.last.drop()
  const before = network.lines.length
  expect(client.state.phase).toBe('offline')

  dispatchEvent(new Event('online'))

  expect(network.lines).toHaveLength(before + 1)
})

test('waits grow, are spread, and stay under the cap', async () => {
  await aClient()
  const waits: number[] = []
  for (let time = 0; time < 9; time += 1) {
    network.last.drop()
    waits.push((client.state.nextTryAt ?? 0) - Date.now())
    await vi.advanceTimersByTimeAsync(8000)
  }

  expect(waits[0]).toBe(300)
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(waits.at(-1)).toBe(6000)
})

test('three sockets that never became ready make way for long polling, which looks for a socket later', async () => {
  await aClient()
  for (let time = 0; time < 3; time += 1) {
    network.last.drop()
    await vi.advanceTimersByTimeAsync(5000)
  }
  const polling = network.last
  polling.becomeReady()
  expect(polling.kind).toBe('poll')
  expect(client.state).toMatchObject({ phase: 'live', transport: 'poll', reason: 'sockets_blocked' })

  for (let beat = 0; beat < 10 && network.last === polling; beat += 1) {
    await vi.advanceTimersByTimeAsync(7000)
    polling.say({ t: 'beat', seqs: {}, server_time: new Date().toISOString() })
  }
  expect(network.last.kind).toBe('socket')
  expect(client.state.phase).toBe('live')
  network.last.becomeReady()

  expect(client.state).toMatchObject({ phase: 'live', transport: 'socket', reason: null })
  expect(polling.open).toBe(false)
})

test('while the server restarts, sockets that worked before are tried again rather than polling', async () => {
  await aClient()
  network.last.becomeReady()
  for (let time = 0; time < 6; time += 1) {
    network.last.drop()
    await vi.advanceTimersByTimeAsync(8000)
  }

  expect(network.lines.every((line) => line.kind === 'socket')).toBe(true)
})

test('where polling fails as well, a socket is tried next', async () => {
  await aClient()
  for (let time = 0; time < 4; time += 1) {
    network.last.drop()
    await vi.advanceTimersByTimeAsync(8000)
  }

  expect(network.lines.map((line) => line.kind)).toEqual(['socket', 'socket', 'socket', 'poll', 'socket'])
})

test('a refused session stops the client and says so', async () => {
  const signedOut = vi.fn()
  await aClient({ signedOut })

  network.last.drop({ code: 4401, refused: true })
  await vi.advanceTimersByTimeAsync(60_000)

  expect(signedOut).toHaveBeenCalledOnce()
  expect(network.lines).toHaveLength(1)
})

test('typing is told at most once a second', async () => {
  await aClient()
  network.last.becomeReady()

  client.typing('c1', '我')
  client.typing('c1', '我想')
  await vi.advanceTimersByTimeAsync(1000)
  client.typing('c1', '我想问')

  expect(network.last.of('typing').map((frame) => frame.text)).toEqual(['我', '我想问'])
})

test('a conversation too old to resume is reloaded and followed from its new snapshot', async () => {
  const reload = vi.fn()
  await aClient({ reload })
  network.last.becomeReady()
  client.subscribe('c1', 2)

  network.last.say({ t: 'reload', conversation: 'c1' })
  client.subscribe('c1', 900)
  network.last.say(anEvent('c1', 901))

  expect(reload).toHaveBeenCalledWith('c1')
  expect(seqs()).toEqual([901])
})
