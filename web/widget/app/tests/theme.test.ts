import { expect, test } from 'vitest'
import { contrast } from '../src/look/contrast'
import { dress, tints } from '../src/look/theme'

const colours = ['#1f5d46', '#ffe08a', '#3a9bdc', '#e60012', '#000000', '#ffffff', '#777777', '#0f0', '#7a5cff', '#ff6a00']

test.each(colours.flatMap((colour) => [[colour, true], [colour, false]] as [string, boolean][]))('%s is legible, dark %s', (colour, dark) => {
  const look = tints(colour, dark) as Record<'--fill' | '--on-fill' | '--k-accent' | '--k-accent-soft' | '--mine', string>
  const [ground, text] = dark ? ['#17191e', '#e6e9ee'] : ['#ffffff', '#1c2430']

  expect(contrast(look['--on-fill'], look['--fill'])).toBeGreaterThanOrEqual(4.5)
  expect(contrast(look['--k-accent'], ground)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(look['--k-accent'], look['--k-accent-soft'])).toBeGreaterThanOrEqual(4.5)
  expect(contrast(text, look['--mine'])).toBeGreaterThanOrEqual(4.5)
})

test('a colour that reads well is left as it is', () => {
  expect(tints('#1f5d46', false)).toMatchObject({ '--fill': '#1f5d46', '--k-accent': '#1f5d46' })
})

test('the theme can be forced and given back', () => {
  const root = document.documentElement
  dress('dark', '#1f5d46')
  expect([root.classList.contains('dark'), root.style.getPropertyValue('--fill')]).toEqual([true, '#1f5d46'])

  dress('light', 'url(evil)')

  expect([root.classList.contains('dark'), root.style.getPropertyValue('--fill')]).toEqual([false, ''])
})
