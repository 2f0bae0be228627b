/** What is asked for, in words; what nobody has put into words stays as it is. */

import { choicesOf, type FieldInfo, type Test } from '@/app/conditions'
import { personWith } from '@/app/people'

type Say = (key: string) => string

export function whatWords(what: string, t: Say, te: (key: string) => boolean): string {
  const key = `automation.what.${what}`
  return te(key) ? t(key) : what
}

/** One test as a sentence: field, comparison, value. */
export function testWords(test: Test, fields: FieldInfo[], t: Say): string {
  const info = fields.find((field) => field.name === test.field)
  return [info?.label ?? test.field, t(`app.conditions.operator.${test.operator}`), valueWords(test.value, info, t)].filter(Boolean).join(' ')
}

function valueWords(value: unknown, info: FieldInfo | undefined, t: Say): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return t(value ? 'app.conditions.yes' : 'app.conditions.no')
  const known = [...(info?.choices ?? []), ...choicesOf(info?.kind ?? '')]
  const named = (one: unknown) => known.find((choice) => choice.value === one)?.label ?? (info?.kind === 'agent' ? personWith(String(one))?.name : undefined)
  const words = (Array.isArray(value) ? value : [value]).map((one) => named(one) ?? String(one))
  return words.join('/')
}
