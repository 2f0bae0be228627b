import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import Composer from '../src/composer/Composer.vue'
import { entering } from '../src/composer/entering'
import { uploads } from '../src/composer/uploads'
import { aMessage, aRow, aVisit, known, refusal } from './visit'

afterEach(() => {
  document.body.replaceChildren()
  sessionStorage.clear()
})

async function aComposer(visit = aVisit({ row: aRow() })) {
  await visit.begin()
  const files = uploads({ http: visit.http, limit: () => 1000, say: visit.here.out.say })
  const shown = visit.show(Composer, { uploads: files, answering: null })
  return { visit, files, shown, field: shown.find('.write textarea') }
}

const texts = (visit: ReturnType<typeof aVisit>) => visit.network.last.of('send').map(({ text }) => text)

test('enter sends, shift and enter make a line', async () => {
  const { visit, field } = await aComposer()
  await field.setValue('第一行')
  await field.trigger('keydown', { key: 'Enter', shiftKey: true })
  expect(texts(visit)).toEqual([])

  await field.trigger('keydown', { key: 'Enter' })

  expect(texts(visit)).toEqual(['第一行'])
  expect((field.element as HTMLTextAreaElement).value).toBe('')
})

const pressed = (changes: object) => Object.assign(new Event('keydown'), { key: 'Enter', isComposing: false, keyCode: 13, shiftKey: false, altKey: false, ...changes }) as unknown as KeyboardEvent

test.each([{ isComposing: true }, { keyCode: 229 }])('an enter that confirms a candidate (%o) sends nothing', (state) => {
  const send = vi.fn()

  entering(send).keydown(pressed(state))

  expect(send).not.toHaveBeenCalled()
})

test('in Safari the composition ends before its enter arrives: that enter sends nothing either', () => {
  const send = vi.fn()
  const keys = entering(send)

  keys.compositionend({ timeStamp: 1000 } as Event)
  keys.keydown(Object.defineProperty(pressed({}), 'timeStamp', { value: 1004 }))
  expect(send).not.toHaveBeenCalled()
  keys.keydown(Object.defineProperty(pressed({}), 'timeStamp', { value: 1400 }))

  expect(send).toHaveBeenCalledOnce()
})

test('what is typed is shown to the agent as it comes, and kept for a reload', async () => {
  const { visit, field } = await aComposer()

  await field.setValue('我想问')

  expect(visit.network.last.of('typing')).toEqual([{ t: 'typing', conversation: 'c1', text: '我想问' }])
  expect(sessionStorage.getItem('kefu:draft:i')).toBe('我想问')
})

test('too long a text is not sent but counted', async () => {
  const { visit, field, shown } = await aComposer(aVisit({ row: aRow(), config: { text_limit: 10 } }))

  await field.setValue('一二三四五六七八九十百')
  await field.trigger('keydown', { key: 'Enter' })

  expect(texts(visit)).toEqual([])
  expect(shown.text()).toContain('超出 1 字')
})

test('an answer names what it answers', async () => {
  const { visit, shown, field } = await aComposer()
  const answered = { ...aMessage(1), mine: false, state: 'sent' as const, problem: undefined }

  await shown.setProps({ answering: answered })
  await field.setValue('好')
  await field.trigger('keydown', { key: 'Enter' })

  expect(visit.network.last.of('send')[0]?.reply_to).toBe(answered.id)
})

test('the product in view is offered, and sent as a card', async () => {
  const product = { id: 'tent', title: '帐篷', price: 699, currency: 'CNY' }
  const { visit, shown } = await aComposer(aVisit({ row: aRow(), told: known({ product }) }))

  await shown.find('.offer .quiet').trigger('click')

  expect(visit.network.last.of('send')[0]).toMatchObject({ kind: 'product', content: product })
  expect(shown.find('.offer').exists()).toBe(false)
})

test('a picture goes up and becomes a message; too large a file says so', async () => {
  const { visit, files, shown } = await aComposer()
  URL.createObjectURL = () => 'blob:x'
  URL.revokeObjectURL = () => {}

  files.add([new File(['abc'], 'a.png', { type: 'image/png' }), new File(['x'.repeat(2000)], 'big.zip')])
  await flushPromises()

  expect(visit.network.last.of('send')[0]).toMatchObject({ kind: 'picture', content: { file: 'f' } })
  expect(shown.find('.uploads [role=alert]').text()).toBe('文件太大，请选小一些的。')
})

test('what was recorded goes out as a voice with its length, whatever its container is called', async () => {
  const { visit, files } = await aComposer()
  visit.http.upload = async () => ({ file: 'f', name: 'voice.webm', type: 'video/webm', size: 3, url: '/f/voice.webm' }) as never

  files.say({ file: new File(['abc'], 'voice.webm', { type: 'audio/webm' }), seconds: 7 })
  await flushPromises()

  expect(visit.network.last.of('send')[0]).toMatchObject({ kind: 'voice', content: { file: 'f', seconds: 7 } })
})

test('an upload that failed stays and can be tried again', async () => {
  const { visit, files } = await aComposer()
  const upload = visit.http.upload
  visit.http.upload = async () => Promise.reject(refusal(503))
  files.add([new File(['abc'], 'a.pdf', { type: 'application/pdf' })])
  await flushPromises()
  expect(files.list[0]?.problem?.status).toBe(503)

  visit.http.upload = upload
  files.retry(files.list[0]?.key ?? 0)
  await flushPromises()

  expect(files.list).toHaveLength(0)
  expect(visit.network.last.of('send')).toHaveLength(1)
})
