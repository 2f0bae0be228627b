/** The share in time of each carrier, day by day, over all days from the first to the last. */

import type { Timeliness } from './api'

const DAY = 24 * 3600 * 1000

export function sharesByDay(rows: Pick<Timeliness, 'carrier' | 'days'>[]): { days: string[]; lines: { carrier: string; shares: (number | null)[] }[] } {
  const known = rows.flatMap((row) => row.days.map((day) => day.day)).sort()
  const first = known[0]
  const last = known[known.length - 1]
  if (!first || !last) return { days: [], lines: [] }
  const days: string[] = []
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY) days.push(new Date(at).toISOString().slice(0, 10))
  const lines = rows.map((row) => {
    const by = new Map(row.days.map((day) => [day.day, day]))
    return {
      carrier: row.carrier,
      shares: days.map((day) => {
        const found = by.get(day)
        return found?.promised ? (found.on_time / found.promised) * 100 : null
      }),
    }
  })
  return { days, lines }
}
