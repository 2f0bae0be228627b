/** What the script element says: `data-inbox` and the optional attributes beside it. */

export interface Options {
  inbox: string
  app: URL
  nonce: string
  side: 'left' | 'right'
  bottom: number
  layer: number
  colour: string
  locale: string
  theme: string
  hideLauncher: boolean
}

export function optionsOf(script: HTMLScriptElement): Options | null {
  const data = script.dataset
  if (!data.inbox) return null
  return {
    inbox: data.inbox,
    app: new URL('widget/', script.src),
    nonce: script.nonce || '',
    side: data.position === 'left' ? 'left' : 'right',
    bottom: Math.max(0, Number(data.bottom) || 20),
    layer: Number(data.layer) || 2147483000,
    colour: plainColour(data.colour || data.color),
    locale: data.locale || document.documentElement.lang || navigator.language || 'zh-CN',
    theme: data.theme || 'auto',
    hideLauncher: 'hideLauncher' in data && data.hideLauncher !== 'false',
  }
}

/** Only `#rgb` and `#rrggbb`: the figure is also used to choose a legible ink. */
export function plainColour(value: unknown): string {
  return typeof value === 'string' && /^#([\da-f]{3}|[\da-f]{6})$/i.test(value) ? value : ''
}

export function inkOn(colour: string): string {
  if (!colour) return '#fff'
  const digits = colour.length < 5 ? colour.replace(/\w/g, '$&$&') : colour
  // Squaring stands in for the exact gamma curve: near enough to choose black or white.
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => (parseInt(digits.slice(at, at + 2), 16) / 255) ** 2)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 ? '#111' : '#fff'
}
