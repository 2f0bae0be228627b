/** The look the shop asked for: light, dark or the system's, and its own colour if it has one. */

import { inkOn, plainColour } from '@kefu/widget-loader/options'
import { legible, mixed } from './contrast'

const night = window.matchMedia?.('(prefers-color-scheme: dark)')
let theme = 'auto'
let colour = ''

night?.addEventListener?.('change', () => dress(theme, colour))

export function dress(newTheme: string, newColour: string): void {
  theme = newTheme
  colour = plainColour(newColour)
  const dark = theme === 'dark' || (theme !== 'light' && !!night?.matches)
  const root = document.documentElement
  root.classList.toggle('dark', dark)
  for (const [name, value] of Object.entries(tints(colour || '#000', dark))) {
    if (colour) root.style.setProperty(name, value)
    else root.style.removeProperty(name)
  }
}

/** One colour becomes five, each legible where it is used; the grounds are the tokens' own. */
export function tints(colour: string, dark: boolean): Record<string, string> {
  const ground = dark ? '#17191e' : '#ffffff'
  const text = dark ? '#e6e9ee' : '#1c2430'
  const ink = inkOn(colour)
  const soft = mixed(colour, ground, dark ? 0.2 : 0.1)
  return {
    '--fill': legible(colour, ink, ink === '#fff' ? '#000' : '#fff'),
    '--on-fill': ink,
    '--k-accent': legible(legible(colour, ground, text), soft, text),
    '--k-accent-soft': soft,
    '--mine': legible(mixed(colour, ground, dark ? 0.55 : 0.16), text, ground),
  }
}
