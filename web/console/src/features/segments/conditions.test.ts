import { expect, test } from 'vitest'
import type { FieldInfo } from './api'
import { asConditions, asDraft, firstTest, isComplete } from './conditions'

const orders: FieldInfo = { name: 'orders', kind: 'number', operators: ['is', 'at_least', 'at_most'], choices: [], limits: {} }
const tier: FieldInfo = { name: 'tier', kind: 'choice', operators: ['is', 'is_not'], choices: ['vip'], limits: {} }

test('a form becomes conditions and comes back', () => {
  const draft = { join: 'any' as const, tests: [firstTest(orders), { field: 'tier', operator: 'is', value: ['vip'] }] }

  const conditions = asConditions(draft)

  expect(conditions).toEqual({ any: draft.tests })
  expect(asDraft(conditions ?? {})).toEqual(draft)
})

test('only finished tests are asked', () => {
  expect(isComplete(firstTest(tier))).toBe(false)
  expect(asConditions({ join: 'all', tests: [firstTest(tier)] })).toBeNull()
})

test('a single test is a form of one, a nested tree none', () => {
  expect(asDraft({ field: 'orders', operator: 'is', value: 1 })?.tests).toHaveLength(1)
  expect(asDraft({ all: [{ any: [] }] })).toBeNull()
  expect(asDraft({ not: { field: 'orders', operator: 'is', value: 1 } })).toBeNull()
})
