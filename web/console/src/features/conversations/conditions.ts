/** The fields of a saved view's conditions, and how a form and the server's shape become each other. */

export type FieldKind = 'choice' | 'agent' | 'team' | 'inbox' | 'label' | 'word' | 'number' | 'moment' | 'text' | 'truth'

export interface Test {
  field: string
  operator: string
  value?: unknown
}

export interface Draft {
  join: 'all' | 'any'
  tests: Test[]
}

const STATUSES = ['bot', 'waiting', 'active', 'snoozed', 'wrapping_up', 'closed']
const TIERS = ['standard', 'silver', 'gold', 'vip']
const PRESENCE = ['is_set', 'is_empty']
const CHOICE = ['is', 'is_not']
const NUMBER = ['is', 'at_least', 'at_most']
const MOMENT = ['within_minutes', 'longer_than_minutes', 'before', 'after', 'between']

export interface FieldInfo {
  kind: FieldKind
  operators: string[]
  choices?: string[]
}

const moment: FieldInfo = { kind: 'moment', operators: MOMENT }
const number: FieldInfo = { kind: 'number', operators: NUMBER }

export const FIELDS: Record<string, FieldInfo> = {
  status: { kind: 'choice', operators: CHOICE, choices: STATUSES },
  assignee: { kind: 'agent', operators: [...CHOICE, ...PRESENCE], choices: ['me'] },
  team: { kind: 'team', operators: [...CHOICE, ...PRESENCE], choices: ['my_teams'] },
  inbox: { kind: 'inbox', operators: CHOICE },
  channel: { kind: 'word', operators: CHOICE },
  label: { kind: 'label', operators: [...CHOICE, ...PRESENCE] },
  priority: number,
  unread: number,
  transfers: number,
  reopened: number,
  waiting: moment,
  unanswered: moment,
  created: moment,
  activity: moment,
  closed: moment,
  due: moment,
  customer_name: { kind: 'text', operators: ['contains'] },
  tier: { kind: 'choice', operators: CHOICE, choices: TIERS },
  language: { kind: 'word', operators: CHOICE },
  has_rating: { kind: 'truth', operators: ['is'] },
  rating: number,
  blocked: { kind: 'truth', operators: ['is'] },
}

/** The value a test begins with once its field and operator are chosen. */
export function firstValue(field: string, operator: string): unknown {
  if (PRESENCE.includes(operator)) return undefined
  const kind = FIELDS[field]?.kind
  if (kind === 'number') return 1
  if (kind === 'truth') return true
  if (kind === 'text') return ''
  if (kind === 'moment') return operator.endsWith('minutes') ? 30 : operator === 'between' ? [] : ''
  return []
}

export function isComplete({ field, operator, value }: Test): boolean {
  if (PRESENCE.includes(operator)) return true
  if (Array.isArray(value)) return value.length > 0 && (FIELDS[field]?.kind !== 'moment' || value.length === 2)
  return value !== '' && value !== undefined && value !== null
}

/** What the server is asked: only finished tests; null while there is none. */
export function asConditions({ join, tests }: Draft): Record<string, unknown> | null {
  const finished = tests.filter(isComplete)
  return finished.length > 0 ? { [join]: finished } : null
}

/** Back into a form; null where somebody nested conditions by hand, which the form cannot show. */
export function asDraft(conditions: Record<string, unknown>): Draft | null {
  if ('field' in conditions) return { join: 'all', tests: [conditions as unknown as Test] }
  const join = 'any' in conditions ? 'any' : 'all'
  const tests = conditions[join]
  if (!Array.isArray(tests) || tests.some((test) => !('field' in test))) return null
  return { join, tests: tests.map((test) => ({ ...test })) }
}
