/** A tree of conditions as the server reads it, and as a form holds it. */

export interface FieldInfo {
  name: string
  label: string
  kind: string
  operators: string[]
  choices: { value: string; label: string }[]
  limits?: { least?: number; most?: number }
}

export interface Test {
  field: string
  operator: string
  value?: unknown
}

export type Join = 'all' | 'any' | 'none'

export interface Draft {
  join: Join
  parts: (Test | Draft)[]
}

export type Tree = Record<string, unknown>

const PRESENCE = ['is_set', 'is_empty']
/** Kinds whose value is a list of ids or words. */
export const LISTS = ['choice', 'agent', 'team', 'department', 'inbox', 'label', 'customer_label', 'segment', 'word']
/** How many groups deep the server reads; a group of "none" takes two. */
export const DEEPEST = 3

export const isTest = (part: Test | Draft): part is Test => 'field' in part

export function amountsOfTime(operator: string): 'minutes' | 'days' | null {
  if (operator.endsWith('_minutes')) return 'minutes'
  return operator.endsWith('_days') ? 'days' : null
}

/** The value a test begins with once its field and operator are chosen. */
export function firstValue(info: FieldInfo | undefined, operator: string): unknown {
  if (PRESENCE.includes(operator)) return undefined
  const first = FIRST[info?.kind ?? '']
  return first ? first(operator, info) : []
}

const FIRST: Record<string, (operator: string, info: FieldInfo | undefined) => unknown> = {
  number: (_, info) => Math.max(info?.limits?.least ?? 1, Math.min(1, info?.limits?.most ?? 1)),
  truth: () => true,
  text: () => '',
  moment: (operator) => {
    const unit = amountsOfTime(operator)
    if (unit) return unit === 'days' ? 7 : 30
    return operator === 'between' ? [] : ''
  },
}

export function aTest(fields: FieldInfo[], name?: string): Test {
  const info = fields.find((field) => field.name === name) ?? fields[0]
  const operator = info?.operators[0] ?? 'is'
  return { field: info?.name ?? '', operator, value: firstValue(info, operator) }
}

export function isComplete(test: Test, fields: FieldInfo[]): boolean {
  if (PRESENCE.includes(test.operator)) return true
  const { value } = test
  const kind = fields.find((field) => field.name === test.field)?.kind
  if (Array.isArray(value)) return value.length > 0 && (kind !== 'moment' || value.length === 2)
  return value !== '' && value !== undefined && value !== null
}

/** What the server is asked: only finished tests; an empty group where there is none. */
export function asTree(draft: Draft, fields: FieldInfo[]): Tree {
  return inside(draft, fields) ?? { all: [] }
}

function inside(draft: Draft, fields: FieldInfo[]): Tree | null {
  const parts = draft.parts
    .map((part) => (isTest(part) ? (isComplete(part, fields) ? { ...part } : null) : inside(part, fields)))
    .filter((part) => part !== null)
  if (parts.length === 0) return null
  return draft.join === 'none' ? { not: { any: parts } } : { [draft.join]: parts }
}

/** Back into a form. */
export function asDraft(tree: Tree): Draft {
  if ('field' in tree) return { join: 'all', parts: [tree as unknown as Test] }
  if ('not' in tree) return negated(tree.not as Tree)
  const join = 'any' in tree ? 'any' : 'all'
  const parts = (tree[join] as Tree[] | undefined) ?? []
  return { join, parts: parts.map((part) => ('field' in part ? ({ ...part } as unknown as Test) : asDraft(part))) }
}

function negated(tree: Tree): Draft {
  if ('any' in tree) return { join: 'none', parts: asDraft(tree).parts }
  return { join: 'none', parts: asDraft({ all: [tree] }).parts }
}
