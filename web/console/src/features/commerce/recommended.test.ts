import { expect, it } from 'vitest'
import { outcome, type Recommendation } from './recommended'

const one = (more: Partial<Recommendation>): Recommendation => ({ id: 'r1', product_id: 'p1', at: '2026-03-02T09:00:00Z', bought_at: null, amount: null, currency: null, taken_back_at: null, ...more })

it('waits, was bought, or went back', () => {
  const bought = { bought_at: '2026-03-03T09:00:00Z' }

  expect([one({}), one(bought), one({ ...bought, taken_back_at: '2026-03-05T09:00:00Z' })].map(outcome)).toEqual(['waiting', 'bought', 'taken_back'])
})
