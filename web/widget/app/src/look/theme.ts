/** The look the shop asked for: light, dark or the system's, and its own colour if it has one. */

import { inkOn, plainColour } from '@kefu/widget-loader/options'

const GROUND = { light: '#ffffff', dark: '#17191e' }

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
  const ground = dark ? GROUND.dark : GROUND.light
  return {
    '--fill': colour,
    '--on-fill': ink,
    '--k-accent': legible ? colour : mixed(colour, dark ? '#ffffff' : '#000000', 0.45),
    '--k-accent-soft': mixed(colour, ground, dark ? 0.28 : 0.1),
    '--mine': mixed(colour, ground, dark ? 0.55 : 0.14),
  }
}

/** So much of one colour in another, worked out here: older phones cannot do it in their styles. */
export function mixed(colour: string, ground: string, share: number): string {
  const full = colour.length < 5 ? colour.replace(/\w/g, '$&$&') : colour
  const parts = [1, 3, 5].map((at) => {
    const [one, other] = [full, ground].map((digits) => parseInt(digits.slice(at, at + 2), 16)) as [number, number]
    return Math.round(one * share + other * (1 - share)).toString(16).padStart(2, '0')
  })
  return `#${parts.join('')}`
}
