/** What is offered to whom, and what may go out: permissions, cards, variables, places in a thread. */

import { expect, test } from 'vitest'
import type { ApiError } from '@/app/http'
import { articleCard, choicesCard, formCard, productCard, type Ware } from './cards'
import { AGENT, aRow } from './factories'
import { cameAfter } from './reading'
import { unfilled, VARIABLES } from './variables'
import { verbsFor } from './verbs'

const may = (...permissions: string[]) => (permission: string) => permissions.includes(permission)
const everything = () => true

test('who may only look is offered nothing', () => {
  expect([...verbsFor(aRow(), may('conversation.read'), AGENT.id)]).toEqual([])
})

test('an agent neither blocks nor exports', () => {
  const agent = may('message.send', 'conversation.claim', 'conversation.assign', 'conversation.close', 'conversation.change')

  expect([...verbsFor(aRow(), agent, AGENT.id)]).toEqual(['transfer', 'close', 'snooze', 'wrapUp', 'label', 'prioritise', 'schedule'])
})

test.each([
  ['waiting', null, ['claim', 'transfer', 'close', 'snooze']],
  ['active', AGENT, ['transfer', 'close', 'snooze', 'wrapUp']],
  ['snoozed', AGENT, ['transfer', 'close', 'snooze', 'wake']],
  ['wrapping_up', AGENT, ['transfer', 'close', 'resume']],
  ['wrapping_up', { ...AGENT, id: 'a2' }, ['transfer', 'close']],
  ['closed', AGENT, ['reopen']],
] as const)('what fits %s is offered', (status, assignee, verbs) => {
  const always = ['label', 'prioritise', 'block', 'schedule', 'export']
  const offered = [...verbsFor(aRow({ status, assignee }), everything, AGENT.id)].filter((verb) => !always.includes(verb))

  expect(offered).toEqual(verbs)
})

test('one who is blocked can be let in again', () => {
  const verbs = verbsFor(aRow({ blocked: true, blocked_here: true }), everything, AGENT.id)

  expect([verbs.has('block'), verbs.has('unblock')]).toEqual([false, true])
})

test('one whose customer is blocked is let in with the customer only', () => {
  const verbs = verbsFor(aRow({ blocked: true }), everything, AGENT.id)

  expect([verbs.has('block'), verbs.has('unblock')]).toEqual([false, false])
})

const tent: Ware = { id: 'p1', title: '双人帐篷', image: 'javascript:alert(1)', url: 'https://shop.example/tent', price_from: 69_900, currency: 'CNY' }

test('a product goes out with its price as people read it, and no odd address', () => {
  expect(productCard(tent)).toEqual({
    kind: 'product',
    content: { id: 'p1', title: '双人帐篷', price: 699, currency: 'CNY', image: null, url: 'https://shop.example/tent' },
  })
  expect(productCard({ ...tent, price_from: null }).content).not.toHaveProperty('price')
  expect(productCard({ ...tent, price_from: 1200, currency: 'JPY' }).content).toMatchObject({ price: 1200 })
})

test('choices are one a line, each once', () => {
  expect(choicesCard(' 要哪种？ ', '退货\n\n换货 \n退货')).toEqual({
    kind: 'choices',
    text: '要哪种？',
    content: { options: [{ id: 'o1', label: '退货' }, { id: 'o2', label: '换货' }] },
  })
})

test('a form asks what was written, with the kind of answer', () => {
  const questions = [{ label: ' 电话 ', type: 'phone', required: true }, { label: '', type: 'text', required: false }] as const

  expect(formCard('请填写', [...questions])).toEqual({
    kind: 'form',
    text: '请填写',
    content: { fields: [{ name: 'f1', label: '电话', type: 'phone', required: true }] },
  })
})

const fieldOf = (act: () => unknown) => {
  try {
    act()
  } catch (thrown) {
    return (thrown as ApiError).problem.field
  }
}

test.each([
  ['title', () => articleCard({ title: ' ', url: 'https://a.example', summary: '' })],
  ['url', () => articleCard({ title: '退货', url: '', summary: '' })],
  ['url', () => articleCard({ title: '退货', url: 'javascript:alert(1)', summary: '' })],
  ['text', () => choicesCard('', '退货')],
  ['options', () => choicesCard('要哪种？', ' \n ')],
  ['options', () => choicesCard('要哪种？', Array.from({ length: 21 }, (_, index) => `${index}`).join('\n'))],
  ['fields', () => formCard('', [{ label: ' ', type: 'text', required: true }])],
] as const)('what is missing is said at its field: %s', (field, act) => {
  expect(fieldOf(act)).toBe(field)
})

test('a variable that is not filled in is found, other braces are left alone', () => {
  expect(unfilled('订单{{ order.number }}，{{order.number}}和{{今天}}')).toEqual(['order.number'])
  expect(unfilled(VARIABLES.map((name) => `{{${name}}}`).join(''))).toEqual(VARIABLES)
  expect(unfilled('都填好了 {a}')).toEqual([])
})

test('only what came after the newest counts as new below', () => {
  expect(cameAfter(['m1', 'm2', 'm3'], 'm1')).toBe(2)
  expect(cameAfter(['m0', 'm1', 'm2'], 'm2')).toBe(0)
  expect(cameAfter(['m1'], 'gone')).toBe(0)
})
