import { expect, test } from 'vitest'
import { uuid7, uuid7Time } from '../ids'
import { closestLocale, missingKeys, say, wordsByFeature } from '../i18n'
import { byteLabel, dayLabel, shortTime, spanLabel } from '../time'

test('ids are versions 7, unique and in the order they were made', () => {
  const ids = Array.from({ length: 6000 }, () => uuid7())

  expect(new Set(ids).size).toBe(6000)
  expect([...ids].sort()).toEqual(ids)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('an id tells when it was made', () => {
  const id = uuid7(4_102_444_800_000)

  expect(uuid7Time(id)).toBe(4_102_444_800_000)
})

test('near times are short, far times exact', () => {
  const now = new Date(2026, 2, 12, 15, 0)

  expect(shortTime(new Date(2026, 2, 12, 9, 5), 'zh-CN', now)).toBe('09:05')
  expect(shortTime(new Date(2026, 2, 11, 23, 59), 'zh-CN', now)).toBe('昨天')
  expect(shortTime(new Date(2026, 2, 9, 9, 5), 'zh-CN', now)).toBe('周一')
  expect(shortTime(new Date(2026, 0, 9, 9, 5), 'zh-CN', now)).toBe('1月9日')
  expect(shortTime(new Date(2024, 0, 9, 9, 5), 'zh-CN', now)).toBe('2024/1/9')
  expect(dayLabel(new Date(2026, 2, 12, 1, 0), 'zh-CN', now)).toBe('今天')
})

test('what is to come says its day and its hour', () => {
  const now = new Date(2026, 2, 12, 15, 0)

  expect(shortTime(new Date(2026, 2, 12, 18, 30), 'zh-CN', now)).toBe('18:30')
  expect(shortTime(new Date(2026, 2, 13, 9, 5), 'zh-CN', now)).toBe('明天 09:05')
  expect(shortTime(new Date(2026, 2, 17, 16, 58), 'zh-CN', now)).toBe('3月17日 16:58')
  expect(shortTime(new Date(2027, 0, 2, 16, 58), 'zh-CN', now)).toBe('2027年1月2日 16:58')
  expect(shortTime(new Date(2026, 2, 17, 16, 58), 'en', now)).toBe('Mar 17, 16:58')
})

test('spans and sizes are read at a glance', () => {
  expect(spanLabel(42_000, 'zh-CN')).toBe('0:42')
  expect(spanLabel(-725_000, 'zh-CN')).toBe('12:05')
  expect(spanLabel(11_220_000, 'zh-CN')).toBe('3:07:00')
  expect(spanLabel(3 * 86_400_000, 'zh-CN')).toBe('3天')
  expect(byteLabel(1_572_864)).toBe('1.5 MB')
})

test('a key that one language lacks is found', () => {
  expect(missingKeys({ a: { b: 'x' } }, { a: { b: 'y', c: 'z' } })).toEqual(['a.c'])
})

test('words are gathered by the feature whose folder they stand in', () => {
  const words = wordsByFeature({ '../features/customers/locale/en.ts': { default: { title: 'Hi' } } })

  expect(words).toEqual({ customers: { title: 'Hi' } })
  expect(say(words, 'customers.title')).toBe('Hi')
  expect(say({ a: '{who} left' }, 'a', { who: 'Li' })).toBe('Li left')
})

test('a browser that wants neither language gets Chinese', () => {
  expect(closestLocale(['fr-FR', 'en-GB'])).toBe('en')
  expect(closestLocale(['zh-TW'])).toBe('zh-CN')
  expect(closestLocale(['fr'])).toBe('zh-CN')
})
