import { expect, test } from 'vitest'
import { aMessage, aRow, aVisit, eventOf, known, refusal, settle } from './visit'

test('the first words open a conversation and go once it is there', async () => {
  const visit = aVisit()
  await visit.begin()

  visit.here.out.say({ kind: 'text', text: '在吗' })
  visit.here.out.say({ kind: 'text', text: '请问' })
  expect(visit.here.conversation.lines.value.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  await settle()

  expect(visit.to('/conversations')).toHaveLength(1)
  expect(visit.network.last.of('send').map(({ text, conversation }) => [text, conversation])).toEqual([
    ['在吗', 'c1'],
    ['请问', 'c1'],
  ])
})

test('what is acknowledged becomes sent, then read once the agent saw it', async () => {
  const visit = aVisit({ row: aRow() })
  await visit.begin()
  const id = visit.here.out.say({ kind: 'text', text: '在吗' })
  const line = () => visit.here.conversation.lines.value[0]

  visit.network.last.say({ t: 'ack', id, conversation: 'c1', seq: 1, at: '2026-01-05T02:00:00Z' })
  expect(line()).toMatchObject({ id, seq: 1, state: 'sent', text: '在吗' })
  visit.network.last.say({ t: 'seen', conversation: 'c1', by: 'agent', seq: 1 })

  expect(line()?.state).toBe('read')
})

test('what is written without a connection waits, and goes with the next one, once', async () => {
  const visit = aVisit({ row: aRow() })
  await visit.begin()
  visit.network.last.drop()

  const id = visit.here.out.say({ kind: 'text', text: '断线时写的' })
  visit.here.client.reconnectNow()
  visit.network.last.becomeReady()
  await settle()

  expect(visit.network.last.of('send').map((frame) => frame.id)).toEqual([id])
  expect(visit.network.last.of('hello')[0]).toMatchObject({ token: 'fresh', subscriptions: [{ conversation: 'c1', seq: 0 }] })
})

test('a refused message stays where it was written, says why and can be tried again', async () => {
  const visit = aVisit({ row: aRow() })
  await visit.begin()
  const id = visit.here.out.say({ kind: 'text', text: '不好的词' })

  visit.network.last.say({ t: 'error', id, problem: { title: 'No', status: 422, code: 'sensitive' } })
  const later = new Date(Date.now() + 60_000).toISOString()
  visit.network.last.say(eventOf(aMessage(1, { text: '后来的', at: later })))
  expect(visit.here.conversation.lines.value.map(({ text, state }) => [text, state])).toEqual([
    ['不好的词', 'failed'],
    ['后来的', 'sent'],
  ])
  visit.here.out.retry(id)

  expect(visit.network.last.of('send')).toHaveLength(2)
  expect(visit.here.conversation.lines.value.at(-1)?.state).toBe('waiting')
})

test('unread counts what others said since, and seeing it is told', async () => {
  const visit = aVisit({ row: aRow({ last_seq: 2, customer_seen_seq: 1 }), messages: [aMessage(1), aMessage(2)] })
  await visit.begin()
  expect(visit.here.conversation.unread.value).toBe(1)

  visit.here.sawAll()

  expect(visit.here.conversation.unread.value).toBe(0)
  expect(visit.network.last.of('seen')).toEqual([{ t: 'seen', conversation: 'c1', seq: 2 }])
})

test('a recalled message loses its words for us too', async () => {
  const said = aMessage(1, { text: '发错了' })
  const visit = aVisit({ row: aRow({ last_seq: 1 }), messages: [said] })
  await visit.begin()

  visit.network.last.say({ ...eventOf({ ...said, text: '', recalled: true }, 'message.recalled'), seq: 2 })

  expect(visit.here.conversation.lines.value).toMatchObject([{ recalled: true, text: '' }])
})

test('a token the desk no longer knows is replaced without a word', async () => {
  const visit = aVisit()
  visit.http.token = 'old'
  const fresh = visit.answers['/session']
  visit.answers['/session'] = (body: { token?: string }) => (body.token ? refusal(401) : fresh)

  await visit.begin()

  expect(visit.here.phase.value).toBe('ready')
  expect(visit.toLoader).toContainEqual({ type: 'token', token: 'fresh', conversation: false })
})

test('a wrong signature of the shop is told to the shop, and the customer still gets help', async () => {
  const visit = aVisit({ told: known({ user: { external_id: '7', hash: 'forged' } }) })
  const fresh = visit.answers['/session']
  visit.answers['/session'] = (body: { identity?: object }) => (body.identity ? refusal(403, 'identity_invalid') : fresh)

  await visit.begin()

  expect(visit.here.phase.value).toBe('ready')
  expect(visit.toLoader).toContainEqual({ type: 'error', code: 'identity_invalid', detail: 'identity_invalid' })
})

test('only what the desk takes is told of a user', async () => {
  const user = { external_id: 7, name: '王芳', password: 'x', phone: '' } as never
  const visit = aVisit({ told: known({ user }) })

  await visit.begin()

  expect(visit.to('/session')).toEqual([{ identity: { external_id: '7', name: '王芳' }, locale: 'zh-CN' }])
})

test('the product in view is told once there is a session', async () => {
  const product = { id: 'tent', title: '帐篷' }
  const visit = aVisit({ told: known({ product }) })

  await visit.begin()
  visit.here.set('order', { number: 'N1' })

  expect(visit.to('/context')).toEqual([{ product }, { order: { number: 'N1' } }])
})

test('asking for a person opens a conversation where there is none', async () => {
  const visit = aVisit()
  visit.answers['/human'] = aRow({ status: 'waiting' })
  await visit.begin()

  await visit.here.askForPerson()

  expect(visit.to('/human')).toEqual([{ conversation: 'c1' }])
  expect(visit.here.conversation.seen.conversation?.status).toBe('waiting')
})

test('a session that ended elsewhere begins again by itself', async () => {
  const visit = aVisit({ row: aRow() })
  await visit.begin()
  const lines = visit.network.lines.length

  visit.network.last.drop({ code: 4401, refused: true })
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await settle()

  expect(visit.to('/session')).toHaveLength(2)
  expect(visit.network.lines.length).toBeGreaterThan(lines)
})
