// @vitest-environment node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const css = readFileSync(fileURLToPath(new URL('../tokens.css', import.meta.url)), 'utf8')
const tokensOf = (block: string) =>
  Object.fromEntries([...block.matchAll(/--k-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name as string, colour as string]))
const [light = '', dark = ''] = css.split('html.dark:root')
const themes = { light: tokensOf(light), dark: tokensOf(dark) }

const GROUNDS = ['surface', 'sunken', 'raised', 'hover', 'selected', 'bubble-customer', 'bubble-agent']
const MEANINGS = ['accent', 'ok', 'notice', 'warning', 'danger']
const pairs = [
  ...['text', 'text-2'].flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)),
  ...['surface', 'sunken', 'raised', 'hover'].map((ground) => ['text-3', ground] as const),
  ...MEANINGS.flatMap((ink) => ['surface', 'sunken', 'raised', `${ink}-soft`].map((ground) => [ink, ground] as const)),
  ['on-accent', 'accent'] as const,
  ['on-accent', 'accent-hover'] as const,
  ['surface', 'danger'] as const,
]

function brightness(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker, brighter] = [brightness(one), brightness(other)].sort((a, b) => a - b) as [number, number]
  return (brighter + 0.05) / (darker + 0.05)
}

test('both themes know the same colours', () => {
  expect(Object.keys(themes.dark).sort()).toEqual(Object.keys(themes.light).sort())
  expect(Object.keys(themes.light).length).toBeGreaterThan(20)
})

test.each(Object.entries(themes))('what is written can be read on every ground: %s', (_theme, tokens) => {
  const faint = pairs
    .map(([ink, ground]) => ({ pair: `${ink} on ${ground}`, ratio: contrast(tokens[ink] as string, tokens[ground] as string) }))
    .filter(({ ratio }) => !(ratio >= 4.5))

  expect(faint).toEqual([])
})
