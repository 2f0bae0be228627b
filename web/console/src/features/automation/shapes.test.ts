import { expect, test } from 'vitest'
import { fieldsFor, money, type Offers } from './shapes'
import { testWords } from './words'

const field = (name: string) => ({ name, label: name, kind: 'number', operators: ['is'], choices: [] })
const offers: Offers = {
  subjects: [{ kind: 'task', label: '任务', fields: [field('open')] }],
  triggers: [{ name: 'task.done', subject: 'task', label: '完成', fields: [field('fact.late')] }],
  actions: [],
  always: [field('now.hour')],
}

test('conditions look at the fact, the subject and the clock', () => {
  expect(fieldsFor(offers, 'task', 'task.done').map((one) => one.name)).toEqual(['fact.late', 'open', 'now.hour'])
  expect(fieldsFor(offers, 'task', null).map((one) => one.name)).toEqual(['open', 'now.hour'])
})

test('amounts are shown in whole units of their currency', () => {
  expect(money(50000, 'CNY', 'zh-CN')).toBe('¥500.00')
  expect(money(null, null, 'zh-CN')).toBe('—')
})

test('a test that failed reads as a sentence', () => {
  const status = { ...field('status'), label: '状态', choices: [{ value: 'closed', label: '已结束' }] }
  const say = (key: string) => ({ 'app.conditions.operator.is': '是', 'app.conditions.yes': '是' })[key] ?? key

  expect(testWords({ field: 'status', operator: 'is', value: ['closed'] }, [status], say)).toBe('状态 是 已结束')
  expect(testWords({ field: 'gone', operator: 'is', value: true }, [status], say)).toBe('gone 是 是')
})
