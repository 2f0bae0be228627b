import { expect, test } from 'vitest'
import { hoursFrom, hoursText } from './shapes'
import { spanWords } from './spans'

test('hours are read as people write them', () => {
  expect(hoursFrom('9:00-12:00，13:30–18:00')).toEqual([['09:00', '12:00'], ['13:30', '18:00']])
  expect(hoursFrom('9:00至12:00')).toEqual([['09:00', '12:00']])
  expect(hoursFrom('')).toEqual([])
  expect(hoursFrom('早上')).toBeNull()
  expect(hoursText([['09:00', '12:00'], ['13:30', '18:00']])).toBe('09:00–12:00, 13:30–18:00')
})

test('a promised time is said in the largest unit that fits', () => {
  expect(spanWords(30, 'zh-CN')).toBe('30秒钟')
  expect(spanWords(180, 'zh-CN')).toBe('3分钟')
  expect(spanWords(14_400, 'en')).toBe('4 hr')
})
