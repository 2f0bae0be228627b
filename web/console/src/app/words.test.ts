import { keysOf, missingKeys, wordsByFeature, type Words } from '@kefu/kit/i18n'
import kitEnglish from '@kefu/kit/locale/en'
import kitChinese from '@kefu/kit/locale/zh-CN'
import { expect, test } from 'vitest'
import { createI18n } from 'vue-i18n'

type Module = { default: Words }
const chinese: Words = {
  ...wordsByFeature(import.meta.glob<Module>(['/src/app/locale/zh-CN.ts', '/src/features/*/locale/zh-CN.ts'], { eager: true })),
  kit: kitChinese,
}
const english: Words = {
  ...wordsByFeature(import.meta.glob<Module>(['/src/app/locale/en.ts', '/src/features/*/locale/en.ts'], { eager: true })),
  kit: kitEnglish,
}
const sources = import.meta.glob<string>(['/src/**/*.vue', '/src/**/*.ts', '!/src/**/*.test.ts'], { eager: true, query: '?raw', import: 'default' })

test('neither language lacks a word', () => {
  expect(missingKeys(english, chinese)).toEqual([])
  expect(missingKeys(chinese, english)).toEqual([])
})

test('both languages fill in the same names', () => {
  const names = (words: Words, key: string) => {
    const text = key.split('.').reduce<string | Words | undefined>((at, part) => (typeof at === 'object' ? at[part] : undefined), words)
    return [...String(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
  }

  for (const key of keysOf(chinese)) expect([key, names(english, key)]).toEqual([key, names(chinese, key)])
})

test('every text can be shown: what the translator would read as a command is quoted', () => {
  for (const [locale, words] of [['zh-CN', chinese], ['en', english]] as const) {
    const i18n: unknown = createI18n({ legacy: false, locale, messages: { [locale]: words } as never })
    const { t } = (i18n as { global: { t: (key: string) => string } }).global
    for (const key of keysOf(words)) expect(() => t(key), key).not.toThrow()
  }
}, 30_000)

test('every word that is asked for by name exists', () => {
  const known = new Set(keysOf(chinese))
  const asked = Object.values(sources).flatMap((source) => [...source.matchAll(/(?<![\w.])t\('([\w.]+)'/g)].map((match) => match[1] as string))

  expect([...new Set(asked)].filter((key) => !known.has(key))).toEqual([])
  expect(asked.length).toBeGreaterThan(300)
})

test('labels that features register exist', () => {
  const known = new Set(keysOf(chinese))
  const indexes = Object.entries(sources).filter(([path]) => path.endsWith('/index.ts') || path.endsWith('Workspace.vue'))
  const labels = indexes.flatMap(([, source]) => [...source.matchAll(/label: '([\w.]+)'/g)].map((match) => match[1] as string))

  expect(labels.filter((key) => !known.has(key))).toEqual([])
})
