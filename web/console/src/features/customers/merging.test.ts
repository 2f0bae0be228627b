import { expect, test } from 'vitest'
import { hearProgress, progress, type ImportRow } from './importing'
import { hear, hearOf, told } from './merging'

test('a merge is told to the pages of both customers, and to the review', () => {
  const before = told.matches

  hear({ subject: 'kept', details: { other: 'gone' } })
  hear({ subject: 'kept', details: {} })

  expect(told.matches).toBe(before + 2)
  expect(told.customers).toMatchObject({ kept: 2, gone: 1 })
})

test('a block is told to the page of the customer, and not to the review', () => {
  const before = told.matches

  hearOf({ subject: 'blocked', details: {} })

  expect([told.matches, told.customers.blocked]).toEqual([before, 1])
})

test('the last word on an import is what is shown of it', () => {
  hearProgress({ data: { id: 'i', done: 3, rows: 9 } as ImportRow })
  hearProgress({ data: { id: 'i', done: 9, rows: 9 } as ImportRow })
  hearProgress({ data: null })

  expect(progress.i?.done).toBe(9)
})
