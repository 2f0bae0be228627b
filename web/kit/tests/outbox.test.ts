import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import type { SendFrame } from '@kefu/api/frames'
import { uuid7 } from '../ids'
import { indexedDbOutbox, memoryStorage, sessionStorageOutbox } from '../realtime'
import { Outbox } from '../realtime/outbox'

function aFrame(text: string): SendFrame {
  return { t: 'send', id: uuid7(), conversation: 'c1', kind: 'text', text }
}

function anOutbox(online = true, now = () => Date.now()) {
  const sent: SendFrame[] = []
  const transmit = (frame: SendFrame) => online && sent.push(frame) > 0
  return { sent, outbox: new Outbox({ transmit, changed: () => undefined, now }) }
}

test.each([
  ['memory', () => memoryStorage()],
  ['the tab', () => sessionStorageOutbox('a')],
  ['the browser', () => indexedDbOutbox('a')],
])('what was written before a reload is sent after it (%s)', async (_name, make) => {
  const storage = make()
  const before = anOutbox(false)
  await before.outbox.restore(storage)
  before.outbox.add(aFrame('一'))
  before.outbox.add(aFrame('二'))
  await new Promise((resolve) => setTimeout(resolve, 20))

  const after = anOutbox()
  await after.outbox.restore(storage)
  after.outbox.sendAll()

  expect(after.sent.map((frame) => frame.text)).toEqual(['一', '二'])
})

test('an acknowledged message is gone from the storage too', async () => {
  const storage = memoryStorage()
  const { outbox } = anOutbox()
  await outbox.restore(storage)
  const { frame } = outbox.add(aFrame('一'))

  outbox.acknowledged({ t: 'ack', id: frame.id, conversation: 'c1', seq: 1, at: '' })

  expect(await storage.load()).toEqual([])
})

test('an id older than the server accepts fails visibly, and a retry makes a new one', () => {
  let now = Date.now()
  const { outbox, sent } = anOutbox(false, () => now)
  const { frame } = outbox.add(aFrame('昨天'))

  now += 25 * 3_600_000
  outbox.sendAll()
  expect(outbox.all()).toMatchObject([{ state: 'failed', problem: { code: 'expired' } }])
  const again = outbox.retry(frame.id)

  expect(sent).toEqual([])
  expect(again?.frame.id).not.toBe(frame.id)
  expect(again?.frame.text).toBe('昨天')
})
