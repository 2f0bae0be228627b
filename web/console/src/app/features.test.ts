import { createPinia, setActivePinia } from 'pinia'
import { expect, test, vi } from 'vitest'
import type { EventFrame } from '@kefu/api/frames'
import type { Feature } from './feature'
import { allOf, features } from './features'
import { matching } from './palette/search'
import { dispatcher } from './realtime'

const anEvent = (kind: string): EventFrame => ({ t: 'event', kind, subject: 's', at: '', data: null })

test('features are found by their folders, each once', () => {
  const names = features.map((feature) => feature.name)

  expect(names).toContain('conversations')
  expect(new Set(names).size).toBe(names.length)
})

test('no two features claim the same page, panel or kind of message', () => {
  const claims = [
    ...allOf('settings').flat().map((page) => `settings ${page.path}`),
    ...allOf('panels').flat().map((panel) => `panel ${panel.key}`),
    ...allOf('bubbles').flatMap((bubbles) => Object.keys(bubbles).map((kind) => `bubble ${kind}`)),
    ...allOf('routes').flat().map((route) => `route ${route.path}`),
  ]

  expect(new Set(claims).size).toBe(claims.length)
})

test('every kind of message has its bubble', () => {
  const kinds = Object.assign({}, ...allOf('bubbles')) as Record<string, unknown>

  expect(Object.keys(kinds).sort()).toEqual(
    ['article', 'choices', 'file', 'form', 'note', 'order', 'picture', 'product', 'system', 'text', 'voice'].sort(),
  )
})

test('an event reaches every feature that wants it, even when one fails', () => {
  setActivePinia(createPinia())
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  const second = vi.fn()
  const broken: Feature = { name: 'a', reducers: { 'x.y': () => { throw new Error('broken') } } }

  dispatcher([broken, { name: 'b', reducers: { 'x.y': second } }])(anEvent('x.y'))

  expect(second).toHaveBeenCalledOnce()
  expect(reported).toHaveBeenCalledOnce()
  vi.unstubAllGlobals()
})

test('the palette finds letters in order and prefers whole words', () => {
  const command = (label: string) => ({ id: label, label, run: () => undefined })
  const found = matching([command('转接会话'), command('会话标签'), command('Export transcript')], '会话')

  expect(found.map((one) => one.label)).toEqual(['会话标签', '转接会话'])
  expect(matching([command('Export transcript')], 'extr').map((one) => one.label)).toEqual(['Export transcript'])
})
