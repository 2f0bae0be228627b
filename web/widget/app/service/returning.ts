/** Returns as their customer sees them: what is open to an order, its cases, and how to ask. */

import { ask, send } from './asking'

export interface Way {
  kind: string
  open: boolean
  reason: string | null
  until: string | null
}

export interface OwnReturn {
  id: string
  number: string
  kind: string
  status: string
  node: string
  titles: string[]
  grounds: string
  carrier: string | null
  tracking_number: string | null
  suggested_carrier: string | null
  visit_at: string | null
  photos: number
  steps: { node: string; entered_at: string; left_at: string | null }[]
  repair: { state: string; quote: number | null; at: string }[]
  difference: { amount: number; currency: string; way: 'paid' | 'refunded' | 'waived' | null } | null
  applied_at: string
  ended_at: string | null
  allowed: string[]
}

export interface OwnReturns {
  cases: OwnReturn[]
  options: Way[]
  lines: { line_id: string; title: string; left: number; in_warranty: boolean }[]
  promises: Record<string, number>
}

export interface Wanted {
  kind: string
  lines: { line_id: string; quantity: number }[]
  reason: string
  note: string
}

const at = (path = '') => `order/returns${path}`

export const ownReturns = () => ask<OwnReturns>('GET', at())
export const apply = (wanted: Wanted) => ask<OwnReturns>('POST', at(), wanted)
export const withdrawCase = (id: string) => ask<OwnReturns>('PUT', at(`/${id}/withdrawal`))
export const parcel = (id: string, carrier: string, tracking_number: string) => ask<OwnReturns>('PUT', at(`/${id}/parcel`), { carrier, tracking_number })

export function photo(id: string, file: File): Promise<OwnReturns> {
  const form = new FormData()
  form.append('file', file, file.name)
  return send<OwnReturns>('POST', at(`/${id}/photos`), form)
}

/** What is said of an exchange's difference in price, by its way; nothing once a case ended without it. */
export function differenceOf(one: OwnReturn): { key: string; amount: number; currency: string } | null {
  const { difference: found, status } = one
  if (!found || (found.way === null && status !== 'open')) return null
  const key = found.way ?? (found.amount > 0 ? 'owes' : 'owed')
  return { key: `difference.${key}`, amount: Math.abs(found.amount), currency: found.currency }
}

/** The nodes that a case of a kind goes through, for its path. */
export const NODES: Record<string, string[]> = {
  return: ['apply', 'review', 'send_back', 'inspect', 'refund'],
  exchange: ['apply', 'review', 'send_back', 'inspect', 'reship'],
  repair: ['apply', 'review', 'send_back', 'inspect', 'repairing', 'reship'],
  installation: ['apply', 'schedule', 'visit'],
  refund_only: ['apply', 'review', 'refund'],
}

export interface Step {
  name: string
  at: string | null
  state: 'done' | 'now' | 'ahead'
}

/**
 * The path of a case: what is behind with the time it was last entered, where it stands, what lies
 * ahead. A node that was passed by (the fast track knows no review) counts as behind; a case that
 * has ended shows the nodes it went through.
 */
export function pathOf(one: OwnReturn): Step[] {
  const drawn = NODES[one.kind] ?? []
  const seen = new Map(one.steps.map((step) => [step.node, step.entered_at]))
  const nodes = [...drawn, ...[...seen.keys()].filter((node) => !drawn.includes(node))]
  if (one.status !== 'open') return nodes.filter((name) => seen.has(name)).map((name) => ({ name, at: seen.get(name) ?? null, state: 'done' }))
  const here = nodes.indexOf(one.node)
  return nodes.map((name, place) => {
    const state = place < here ? 'done' : place === here ? 'now' : 'ahead'
    return { name, at: state === 'ahead' ? null : (seen.get(name) ?? null), state }
  })
}
