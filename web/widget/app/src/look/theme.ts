/** The look the shop asked for: light, dark or the system's, and its own colour if it has one. */

import { inkOn, plainColour } from '@kefu/widget-loader/options'

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
  for (const [name, value] of Object.entries(tints(dark))) {
    if (colour) root.style.setProperty(name, value)
    else root.style.removeProperty(name)
  }
}

/** A pale colour is darkened where it becomes writing on white, a deep one lightened on black. */
function tints(dark: boolean): Record<string, string> {
  const ink = inkOn(colour)
  const legible = dark === (ink === '#111')
  const ground = 'var(--k-surface)'
  return {
    '--fill': colour,
    '--on-fill': ink,
    '--k-accent': legible ? colour : `color-mix(in srgb, ${colour} 45%, ${dark ? 'white' : 'black'})`,
    '--k-accent-soft': `color-mix(in srgb, ${colour} ${dark ? 28 : 10}%, ${ground})`,
    '--mine': `color-mix(in srgb, ${colour} ${dark ? 55 : 14}%, ${ground})`,
  }
}
