/** The fields of a saved view's conditions. */

import type { FieldInfo } from '@/app/conditions'
import { i18n, t } from '@/app/i18n'

export type FieldKind = 'choice' | 'agent' | 'team' | 'inbox' | 'label' | 'word' | 'number' | 'moment' | 'text' | 'truth'

const STATUSES = ['bot', 'waiting', 'active', 'snoozed', 'wrapping_up', 'closed']
const TIERS = ['standard', 'silver', 'gold', 'vip']
const PRESENCE = ['is_set', 'is_empty']
const CHOICE = ['is', 'is_not']
const NUMBER = ['is', 'at_least', 'at_most']
const MOMENT = ['within_minutes', 'longer_than_minutes', 'before', 'after', 'between']

interface Known {
  kind: FieldKind
  operators: string[]
  choices?: string[]
}

const moment: Known = { kind: 'moment', operators: MOMENT }
const number: Known = { kind: 'number', operators: NUMBER }

export const FIELDS: Record<string, Known> = {
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

/** The fields with their words, as the builder shows them. */
export function fieldInfos(): FieldInfo[] {
  return Object.entries(FIELDS).map(([name, { kind, operators, choices = [] }]) => ({
    name,
    label: t(`conversations.condition.field.${name}`),
    kind,
    operators,
    choices: choices.map((value) => ({ value, label: wordFor(value) })),
  }))
}

function wordFor(value: string): string {
  const keys = [`kit.status.${value}`, `customers.tier.${value}`, `conversations.condition.value.${value}`]
  const known = keys.find((key) => i18n.global.te(key))
  return known ? t(known) : value
}
