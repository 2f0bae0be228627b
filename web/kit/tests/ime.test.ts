import { expect, test } from 'vitest'
import { composition } from '../ime'

const enter = (change: Partial<KeyboardEvent> = {}) => ({ isComposing: false, keyCode: 13, timeStamp: 1000, ...change })

test('an Enter within a composition belongs to the input method', () => {
  const ime = composition()
  ime.started()

  expect(ime.owns(enter())).toBe(true)
  expect(ime.owns(enter({ isComposing: true }))).toBe(true)
})

test('keyCode 229 belongs to the input method even without a composition', () => {
  expect(composition().owns(enter({ keyCode: 229 }))).toBe(true)
})

test('Safari ends the composition first and sends the key right after', () => {
  const ime = composition()
  ime.started()
  ime.ended(995)

  expect(ime.owns(enter({ timeStamp: 1000 }))).toBe(true)
  expect(ime.owns(enter({ timeStamp: 1400 }))).toBe(false)
})

test('an Enter of its own is an Enter', () => {
  expect(composition().owns(enter())).toBe(false)
})
