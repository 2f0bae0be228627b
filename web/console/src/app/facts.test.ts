import { afterAll, expect, test } from 'vitest'
import { factWords } from './facts'
import { useLanguage } from './i18n'

/** `tests/test_docs_facts.py` holds these pages to exactly the kinds that the server registers. */
const pages: Record<string, string> = {
  ...import.meta.glob<string>('../../../../docs/reference/facts.md', { query: '?raw', import: 'default', eager: true }),
  ...import.meta.glob<string>('../../../../docs/reference/facts/*.md', { query: '?raw', import: 'default', eager: true }),
}
const kindsOn = (page: string) => [...page.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \|/gm)].map((row) => row[1] as string)
const kinds = [...new Set(Object.values(pages).flatMap(kindsOn))].sort()
/** Timelines leave single messages out: they stand in the conversation itself. */
const MESSAGES = new Set(['message.received', 'message.sent'])
const onTimelines = kinds.filter((kind) => !MESSAGES.has(kind))
const wordless = (known: string[]) => known.filter((kind) => factWords(kind, { number: 'SY1' }) === kind)

afterAll(() => useLanguage('zh-CN'))

test('the pages are read', () => {
  expect(kinds.length).toBeGreaterThan(200)
  expect(kinds).toEqual(expect.arrayContaining(['conversation.closed', 'order.placed', 'return.difference_settled']))
})

test.each(['zh-CN', 'en'] as const)('every kind that may stand on a timeline has words in %s', async (language) => {
  await useLanguage(language)

  expect(wordless(onTimelines)).toEqual([])
  expect(wordless(['nobody.knows'])).toEqual(['nobody.knows'])
})

test('the words of the two languages differ', async () => {
  const said = async (language: 'zh-CN' | 'en') => (await useLanguage(language), onTimelines.map((kind) => factWords(kind, { number: '' })))
  const [chinese, english] = [await said('zh-CN'), await said('en')]

  expect(onTimelines.filter((_, place) => chinese[place] === english[place])).toEqual([])
})
