import { describe, expect, test } from 'vitest'
import { asDraft, asTree, aTest, firstValue, isComplete, type FieldInfo } from './tree'

const fields: FieldInfo[] = [
  { name: 'status', label: '状态', kind: 'choice', operators: ['is', 'is_not'], choices: [{ value: 'open', label: '打开' }] },
  { name: 'score', label: '评分', kind: 'number', operators: ['is', 'at_least'], choices: [], limits: { least: 1, most: 5 } },
  { name: 'created', label: '创建', kind: 'moment', operators: ['within_minutes', 'between'], choices: [] },
  { name: 'owner', label: '负责人', kind: 'agent', operators: ['is', 'is_empty'], choices: [] },
]
const waiting = { field: 'status', operator: 'is', value: ['open'] }
const rated = { field: 'score', operator: 'at_least', value: 4 }

describe('conditions', () => {
  test('a new test begins with a value of its kind', () => {
    expect(aTest(fields)).toEqual({ field: 'status', operator: 'is', value: [] })
    expect(firstValue(fields[1], 'is')).toBe(1)
    expect(firstValue(fields[2], 'within_minutes')).toBe(30)
    expect(firstValue(fields[2], 'between')).toEqual([])
    expect(firstValue(fields[3], 'is_empty')).toBeUndefined()
  })

  test('unfinished tests and empty groups are not asked', () => {
    const unfinished = { field: 'status', operator: 'is', value: [] }

    expect(asTree({ join: 'any', parts: [unfinished, rated, { join: 'all', parts: [] }] }, fields)).toEqual({ any: [rated] })
    expect(asTree({ join: 'all', parts: [] }, fields)).toEqual({ all: [] })
    expect(isComplete({ field: 'owner', operator: 'is_empty' }, fields)).toBe(true)
    expect(isComplete({ field: 'created', operator: 'between', value: ['2026-01-01T00:00:00Z'] }, fields)).toBe(false)
  })

  test('what was kept comes back into the form, nested and negated', () => {
    const tree = { all: [waiting, { any: [rated, { not: { any: [waiting] } }] }] }

    expect(asTree(asDraft(tree), fields)).toEqual(tree)
    expect(asDraft({ not: rated })).toEqual({ join: 'none', parts: [rated] })
    expect(asDraft(rated)).toEqual({ join: 'all', parts: [rated] })
  })
})
