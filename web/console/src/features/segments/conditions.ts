/** A rule's conditions as a form: tests over the fields that the server names, joined by all or any. */

import type { FieldInfo } from './api'

export interface Test {
  field: string
  operator: string
  value?: unknown
}

export interface Draft {
  join: 'all' | 'any'
  tests: Test[]
}

/** Kept in fen, shown in yuan. */
export const MONEY = ['spent', 'average_order', 'refunded']
const WITHOUT_VALUE = ['is_set', 'is_empty']
const SEVERAL = ['choice', 'word', 'label']

export function firstValue(field: FieldInfo, operator: string): unknown {
  if (WITHOUT_VALUE.includes(operator)) return undefined
  if (field.kind === 'number') return MONEY.includes(field.name) ? 100 : 1
  if (field.kind === 'truth') return true
  if (field.kind === 'moment') return operator.endsWith('days') ? 30 : operator === 'between' ? [] : ''
  return SEVERAL.includes(field.kind) ? [] : ''
}

export const firstTest = (field: FieldInfo): Test => {
  const operator = field.kind === 'number' ? 'at_least' : (field.operators[0] ?? 'is')
  return { field: field.name, operator, value: firstValue(field, operator) }
}

export function isComplete({ operator, value }: Test): boolean {
  if (WITHOUT_VALUE.includes(operator)) return true
  if (Array.isArray(value)) return operator === 'between' ? value.length === 2 : value.length > 0
  return value !== '' && value !== undefined && value !== null
}

/** What the server is asked; null while no test is finished. */
export function asConditions({ join, tests }: Draft): Record<string, unknown> | null {
  const finished = tests.filter(isComplete)
  return finished.length > 0 ? { [join]: finished } : null
}

/** Back into a form; null where conditions are nested, which the form cannot show. */
export function asDraft(conditions: Record<string, unknown>): Draft | null {
  if ('field' in conditions) return { join: 'all', tests: [{ ...conditions } as unknown as Test] }
  const join = 'any' in conditions ? 'any' : 'all'
  const tests = conditions[join]
  if (!Array.isArray(tests) || tests.some((test: object) => !('field' in test))) return null
  return { join, tests: tests.map((test: Test) => ({ ...test })) }
}
