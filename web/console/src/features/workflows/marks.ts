/** Marks on a process map: where tokens are and have been, or how hot each element is. */

import type { NodeFigures, Stay } from './api'

export type Tone = 'here' | 'late' | 'done' | 'broken' | 'cool' | 'warm' | 'hot' | 'idle'

export interface Mark {
  node: string
  name: string
  /** Nobody gave the element a name, as with most gateways: nothing for a list. */
  unnamed?: boolean
  tone: Tone
  /** A short word at the element. */
  badge: string
  /** Lines of explanation, for the list and for who looks closer. */
  lines: string[]
}

export type Heat = 'open' | 'waiting' | 'working' | 'overdue' | 'late'
export const HEATS: Heat[] = ['open', 'waiting', 'working', 'overdue', 'late']

/** The last stay at each element counts: a case may come back to it. */
export function stayMarks(stays: Stay[], describe: (stay: Stay, times: number) => Pick<Mark, 'badge' | 'lines'>): Mark[] {
  const times = new Map<string, number>()
  const last = new Map<string, Stay>()
  for (const stay of stays) {
    times.set(stay.node, (times.get(stay.node) ?? 0) + 1)
    const before = last.get(stay.node)
    if (!before || before.left_at !== null) last.set(stay.node, stay)
  }
  return [...last.values()].map((stay) => ({
    node: stay.node,
    name: stay.name || stay.node,
    unnamed: !stay.name || stay.name === stay.node,
    tone: toneOf(stay),
    ...describe(stay, times.get(stay.node) ?? 1),
  }))
}

function toneOf(stay: Stay): Tone {
  if (stay.left_at === null) return stay.overdue ? 'late' : 'here'
  return stay.how === 'done' ? 'done' : 'idle'
}

/** The figure that is looked at; null where there is nothing to show. */
export function valueOf(figures: NodeFigures, heat: Heat): number | null {
  if (figures.stays === 0) return null
  if (heat === 'open') return figures.open
  if (heat === 'waiting') return figures.waiting_seconds
  if (heat === 'working') return figures.working_seconds
  return heat === 'overdue' ? figures.overdue_percent : figures.late_percent
}

/** Hot is the worst of all; warm from a third of it on. Nothing is hot where everything is zero. */
export function figureMarks(nodes: NodeFigures[], heat: Heat, describe: (figures: NodeFigures, value: number | null) => Pick<Mark, 'badge' | 'lines'>): Mark[] {
  const shown = nodes.filter((one) => one.kind !== 'start' && one.kind !== 'former')
  const worst = Math.max(0, ...shown.map((one) => valueOf(one, heat) ?? 0))
  return shown
    .filter((one) => one.stays > 0)
    .map((one) => {
      const value = valueOf(one, heat)
      return { node: one.node, name: one.name, tone: heatTone(value, worst), ...describe(one, value) }
    })
}

function heatTone(value: number | null, worst: number): Tone {
  if (value === null) return 'idle'
  if (worst === 0 || value === 0) return 'cool'
  if (value >= worst * 0.75) return 'hot'
  return value >= worst / 3 ? 'warm' : 'cool'
}

/** Seconds as people say them: 45 秒, 3.2 小时, 2.5 天. */
export function spanWords(seconds: number | null, locale: string): string {
  if (seconds === null) return '—'
  const [amount, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 3600 ? [seconds / 60, 'minute'] : seconds < 86_400 ? [seconds / 3600, 'hour'] : [seconds / 86_400, 'day']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount)
}
