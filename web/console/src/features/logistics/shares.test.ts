import { expect, test } from 'vitest'
import { sharesByDay } from './shares'

const day = (day: string, promised: number, on_time: number) => ({ day, delivered: promised, promised, on_time, problems: 0 })

test('days without promises are gaps, not zeros', () => {
  const shares = sharesByDay([
    { carrier: 'sf', days: [day('2026-02-27', 4, 3), day('2026-03-01', 0, 0)] },
    { carrier: 'jd', days: [day('2026-03-01', 2, 2)] },
  ])

  expect(shares.days).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect(shares.lines).toEqual([
    { carrier: 'sf', shares: [75, null, null] },
    { carrier: 'jd', shares: [null, null, 100] },
  ])
})

test('without any day there is nothing to draw', () => {
  expect(sharesByDay([])).toEqual({ days: [], lines: [] })
})
