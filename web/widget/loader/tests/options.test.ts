import { expect, test } from 'vitest'
import { inkOn, optionsOf, plainColour } from '../src/options'
import { allWords } from '../src/words'

function aScript(data: Record<string, string>): HTMLScriptElement {
  const script = document.createElement('script')
  script.setAttribute('src', 'https://desk.example/base/widget.js')
  Object.assign(script.dataset, data)
  return script
}

test('the app is found beside the script, below a path as well', () => {
  expect(optionsOf(aScript({ inbox: 'i' }))?.app.href).toBe('https://desk.example/base/widget/')
})

test('without an inbox there is nothing to load', () => {
  expect(optionsOf(aScript({}))).toBeNull()
})

test('the attributes are read', () => {
  const options = optionsOf(
    aScript({ inbox: 'i', position: 'left', color: '#0a0', locale: 'en', theme: 'dark', hideLauncher: '', bottom: '84' }),
  )

  expect(options).toMatchObject({ side: 'left', colour: '#0a0', locale: 'en', theme: 'dark', hideLauncher: true, bottom: 84 })
})

test.each(['red', 'url(x)', '#12', '#0000000', '#fff;x', null])('%s is no plain colour', (value) => {
  expect(plainColour(value)).toBe('')
})

test.each([
  ['', '#fff'],
  ['#000', '#fff'],
  ['#fff', '#111'],
  ['#1f5d46', '#fff'],
  ['#ffe08a', '#111'],
])('on %s one writes in %s', (colour, ink) => {
  expect(inkOn(colour)).toBe(ink)
})

test('both languages say the same things', () => {
  expect(Object.keys(allWords.en)).toEqual(Object.keys(allWords.zh))
})
