import { expect, test, vi } from 'vitest'
import { Ordering } from '../realtime/ordering'
import { anEvent } from './fakes'

function anOrdering() {
  const seqs: (number | null | undefined)[] = []
  const gap = vi.fn()
  return { seqs, gap, ordering: new Ordering({ apply: (event) => seqs.push(event.seq), gap }) }
}

test('any order of arrival with repeats is applied once each, in order', () => {
  const { ordering, seqs } = anOrdering()
  ordering.follow('c1', 0)

  for (const seq of [3, 1, 1, 5, 2, 3, 4, 2]) ordering.take(anEvent('c1', seq))

  expect(seqs).toEqual([1, 2, 3, 4, 5])
})

test('one gap is asked for once', () => {
  const { ordering, gap } = anOrdering()
  ordering.follow('c1', 0)

  ordering.take(anEvent('c1', 4))
  ordering.take(anEvent('c1', 5))

  expect(gap.mock.calls).toEqual([['c1', 0]])
})

test('an answer that does not fill the gap is followed by another question', () => {
  const { ordering, gap } = anOrdering()
  ordering.follow('c1', 0)
  ordering.take(anEvent('c1', 6))

  ordering.resumed('c1', 3)

  expect(gap).toHaveBeenLastCalledWith('c1', 3)
})

test('conversations that are not followed, and events without a number, pass untouched', () => {
  const { ordering, seqs } = anOrdering()
  ordering.follow('c1', 3)

  ordering.take(anEvent('c2', 9))
  ordering.take(anEvent('c1', null))

  expect(seqs).toEqual([9, null])
})

test('an event already told in the snapshot is dropped', () => {
  const { ordering, seqs } = anOrdering()
  ordering.follow('c1', 8)

  ordering.take(anEvent('c1', 8))

  expect(seqs).toEqual([])
})

test('the number of an own message leaves no gap before the next event', () => {
  const { ordering, seqs, gap } = anOrdering()
  ordering.follow('c1', 3)

  ordering.acknowledged('c1', 4)
  ordering.take(anEvent('c1', 5))

  expect(seqs).toEqual([5])
  expect(gap).not.toHaveBeenCalled()
})

test('an acknowledgement that overtakes an event waits for it', () => {
  const { ordering, seqs, gap } = anOrdering()
  ordering.follow('c1', 3)

  ordering.acknowledged('c1', 5)
  ordering.take(anEvent('c1', 4))
  ordering.take(anEvent('c1', 6))

  expect(seqs).toEqual([4, 6])
  expect(gap).not.toHaveBeenCalled()
})
