import { keysOf, missingKeys } from '@kefu/kit/i18n'
import { expect, test } from 'vitest'
import { locale, speak, t } from '../src/language'
import english from '../src/language/en'
import chinese from '../src/language/zh-CN'

const sources = Object.values(import.meta.glob<string>('../src/**/*.{ts,vue}', { eager: true, query: '?raw', import: 'default' }))

test('neither language lacks a word', () => {
  expect(missingKeys(english, chinese)).toEqual([])
  expect(missingKeys(chinese, english)).toEqual([])
  expect(keysOf(chinese).length).toBeGreaterThan(100)
})

test('every word the screens ask for exists', () => {
  const known = new Set(keysOf(chinese))
  const asked = sources.flatMap((source) => [...source.matchAll(/\bt\('([\w.]+)'/g)].map(([, key]) => key as string))

  expect(asked.length).toBeGreaterThan(40)
  expect(asked.filter((key) => !known.has(key))).toEqual([])
})

test('every word is used: by its key, or by the stem of a key made of parts', () => {
  const code = sources.filter((source) => !source.startsWith('export default {')).join('\n')
  const stems = [...code.matchAll(/`([\w.]+)\$\{/g)].map(([, stem]) => stem as string)
  const idle = keysOf(chinese).filter((key) => !code.includes(`'${key}'`) && !stems.some((stem) => key.startsWith(stem)))

  expect(idle).toEqual([])
})

test('figures are the same in both languages', () => {
  const figures = (words: unknown) => [...JSON.stringify(words).matchAll(/"(\w+)":"([^"]*)"/g)].map(([, key, text]) => [key, [...(text ?? '').matchAll(/\{\w+\}/g)].map(String).sort()])

  expect(figures(english)).toEqual(figures(chinese))
})

test('a language is spoken once asked for, others fall back to English', async () => {
  await speak('en-GB')
  expect([locale.value, t('composer.send'), document.documentElement.lang]).toEqual(['en', 'Send', 'en'])
  await speak('ja')
  expect(locale.value).toBe('en')

  await speak('zh-TW')

  expect([locale.value, t('rating.score_5')]).toEqual(['zh-CN', '5 星，非常满意'])
})
