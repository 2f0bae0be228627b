import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import App from '../src/App.vue'
import Lines from '../src/conversation/Lines.vue'
import TopBar from '../src/conversation/TopBar.vue'
import Leaving from '../src/leaving/Leaving.vue'
import Rating from '../src/rating/Rating.vue'
import { aMessage, aRow, aVisit, eventOf, refusal } from './visit'

beforeEach(() => {
  Element.prototype.scrollTo ??= vi.fn() as never
})
afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

const nasty = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'

test('markup in words, names and cards is shown as text', async () => {
  const messages = [
    aMessage(1, { text: nasty, sender: { type: 'agent', id: 'a', name: nasty } }),
    aMessage(2, { kind: 'product', text: '', content: { id: 'p', title: nasty, image: 'javascript:window.hurt=1', url: 'javascript:window.hurt=1' } }),
    aMessage(3, { kind: 'article', text: '', content: { id: 'a', title: nasty, summary: nasty, url: 'data:text/html,x' } }),
    aMessage(4, { kind: 'choices', text: nasty, content: { options: [{ id: 'x', label: nasty }] } }),
    aMessage(5, { kind: 'file', text: '', content: { file: 'f', name: nasty, url: 'javascript:window.hurt=1' } }),
  ]
  const visit = aVisit({ row: aRow({ last_seq: 5 }), messages, config: { greeting: nasty, name: nasty } })
  await visit.begin()

  const shown = visit.show(Lines, { visible: true })
  await flushPromises()

  expect(shown.text()).toContain(nasty)
  expect(shown.findAll('img, script')).toHaveLength(0)
  expect(shown.findAll('[href]').map((link) => link.attributes('href'))).toEqual([])
})

test('damaged content breaks no screen', async () => {
  const kinds = ['picture', 'file', 'voice', 'product', 'order', 'article', 'choices', 'form', 'system'] as const
  const messages = kinds.flatMap((kind, at) => [aMessage(at * 2 + 1, { kind, content: null }), aMessage(at * 2 + 2, { kind, content: {} })])
  const visit = aVisit({ row: aRow({ last_seq: 20 }), messages })
  await visit.begin()

  const shown = visit.show(Lines, { visible: true })

  expect(shown.findAll('[data-line]')).toHaveLength(messages.length)
})

test('an unknown kind shows its text', async () => {
  const visit = aVisit({ row: aRow({ last_seq: 1 }), messages: [aMessage(1, { kind: 'hologram' as never, text: '看这里' })] })
  await visit.begin()

  expect(visit.show(Lines, { visible: true }).text()).toContain('看这里')
})

test('what arrives is read aloud once, and old messages are not', async () => {
  const visit = aVisit({ row: aRow({ last_seq: 1 }), messages: [aMessage(1, { text: '旧的' })] })
  await visit.begin()
  const shown = visit.show(Lines, { visible: true })
  const live = () => shown.find('[aria-live=polite]').text()
  expect(live()).toBe('')

  visit.network.last.say(eventOf(aMessage(2, { text: '新的' })))
  await flushPromises()

  expect(live()).toBe('小林: 新的')
})

test('only the newest question still has its chips, and one tap answers it', async () => {
  const options = [{ id: 'a', label: '尺码不合适' }]
  const messages = [aMessage(1, { kind: 'choices', content: { options } }), aMessage(2, { kind: 'choices', content: { options } })]
  const visit = aVisit({ row: aRow({ last_seq: 2 }), messages })
  await visit.begin()
  const shown = visit.show(Lines, { visible: true })
  expect(shown.findAll('.bubble .chip')).toHaveLength(1)

  await shown.find('.bubble .chip').trigger('click')

  expect(visit.network.last.of('send')[0]).toMatchObject({ text: '尺码不合适', content: { choice: 'a' }, reply_to: messages[1]?.id })
  expect(shown.findAll('.bubble .chip')).toHaveLength(0)
})

test('a form asks for what it needs, then shows what was answered', async () => {
  const fields = [{ name: 'title', label: '发票抬头', type: 'text', required: true }]
  const visit = aVisit({ row: aRow({ last_seq: 1 }), messages: [aMessage(1, { kind: 'form', content: { fields } })] })
  await visit.begin()
  const shown = visit.show(Lines, { visible: true })

  await shown.find('.form form').trigger('submit')
  expect(shown.find('[role=alert]').text()).toBe('请填写这一项。')
  await shown.find('.form input').setValue('山野公司')
  await shown.find('.form form').trigger('submit')

  expect(visit.network.last.of('send')[0]).toMatchObject({ kind: 'form', content: { submitted: { title: '山野公司' } } })
  expect(shown.findAll('.form form')).toHaveLength(0)
})

test('a conversation that ended asks for one to five stars and a word', async () => {
  const visit = aVisit({ row: aRow({ status: 'closed', last_seq: 1 }), messages: [aMessage(1)] })
  await visit.begin()
  const shown = visit.show(Rating, {})

  await shown.findAll('[role=radio]')[3]?.trigger('click')
  await shown.find('.stars').trigger('keydown', { key: 'ArrowRight' })
  await shown.find('textarea').setValue('很耐心')
  await shown.find('form').trigger('submit')
  await flushPromises()

  expect(visit.to('/rating')).toEqual([{ conversation: 'c1', score: 5, comment: '很耐心' }])
  expect(shown.text()).toContain('感谢您的评价')
})

test.each([
  ['in a talk', aRow()],
  ['before any', null],
])('who is blocked reads one sentence, %s', async (_, row) => {
  const visit = aVisit({ row })
  visit.answers['/conversations'] = refusal(403, 'blocked')
  await visit.begin()
  const shown = visit.show(Lines, { visible: true })

  const id = visit.here.out.say({ kind: 'text', text: '在吗' })
  if (row) visit.network.last.say({ t: 'error', id, problem: { title: 'No', status: 403, code: 'blocked' } })
  await flushPromises()

  expect(shown.text()).toContain('您暂时不能发送消息。')
})

test('who is blocked reads that they cannot rate', async () => {
  const visit = aVisit({ row: aRow({ status: 'closed', last_seq: 1 }), messages: [aMessage(1)] })
  visit.answers['/rating'] = refusal(403, 'blocked')
  await visit.begin()
  const shown = visit.show(Rating, {})
  await shown.findAll('[role=radio]')[0]?.trigger('click')

  await shown.find('form').trigger('submit')
  await flushPromises()

  expect(shown.find('[role=alert]').text()).toBe('您暂时不能评价。')
})

test('a rating that did not arrive is kept to be sent again', async () => {
  const visit = aVisit({ row: aRow({ status: 'closed', last_seq: 1 }), messages: [aMessage(1)] })
  visit.answers['/rating'] = refusal(503)
  await visit.begin()
  const shown = visit.show(Rating, {})

  await shown.findAll('[role=radio]')[4]?.trigger('click')
  await shown.find('textarea').setValue('谢谢')
  await shown.find('form').trigger('submit')
  await flushPromises()

  expect(shown.find('[role=alert]').exists()).toBe(true)
  expect((shown.find('textarea').element as HTMLTextAreaElement).value).toBe('谢谢')
})

test.each([aRow({ status: 'active' }), aRow({ status: 'closed', rated: true })])('no rating is asked for in %o', async (row) => {
  const visit = aVisit({ row, messages: [aMessage(1)] })
  await visit.begin()

  expect(visit.show(Rating, {}).find('form').exists()).toBe(false)
})

test('out of hours one leaves a message, which makes a conversation', async () => {
  const visit = aVisit({ config: { open: false } })
  visit.answers['/offline-form'] = { conversation: aRow({ status: 'waiting', last_seq: 1 }) }
  await visit.begin()
  const shown = visit.show(Leaving, {})

  await shown.find('form').trigger('submit')
  expect(shown.text()).toContain('请留下手机号或邮箱')
  await shown.find('#leaving-contact').setValue('13800138000')
  await shown.find('#leaving-text').setValue('帐篷少了一根杆')
  await shown.find('form').trigger('submit')
  await flushPromises()

  expect(visit.to('/offline-form')).toEqual([{ name: '', contact: '13800138000', text: '帐篷少了一根杆' }])
  expect(visit.network.last.of('subscribe')).toEqual([{ t: 'subscribe', conversation: 'c1', seq: 0 }])
})

test('who may not ask for a person reads why, until they may', async () => {
  const visit = aVisit({ row: aRow({ status: 'bot' }) })
  vi.stubGlobal('matchMedia', () => ({ matches: false }))
  visit.answers['/human'] = refusal(403, 'blocked')
  await visit.begin()
  const shown = visit.show(App, { visible: true })

  await shown.find('.person').trigger('click')
  await flushPromises()
  const told = shown.find('[role="alert"]').text()
  visit.answers['/human'] = aRow({ status: 'waiting' })
  await shown.find('.person').trigger('click')
  await flushPromises()

  expect(told).toBe('您暂时不能转人工。订单、退换货和退款仍可在“我的订单”里查看和申请。')
  expect(shown.find('[role="alert"]').exists()).toBe(false)
})

test('a person can be asked for at any time, and one sees that it was heard', async () => {
  const visit = aVisit({ row: aRow({ status: 'bot' }) })
  visit.answers['/human'] = aRow({ status: 'waiting' })
  await visit.begin()
  const shown = visit.show(TopBar, {})
  expect(shown.find('.person').text()).toBe('转人工')

  await shown.find('.person').trigger('click')
  await flushPromises()

  expect(visit.to('/human')).toEqual([{ conversation: 'c1' }])
  expect(shown.find('.person').text()).toBe('接入中')
  expect(shown.text()).toContain('正在为您接入客服')
})
