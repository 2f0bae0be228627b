/** Text as pieces, so that addresses can be links without ever building HTML. */

export interface Piece {
  text: string
  url?: string
}

const ADDRESS = /https?:\/\/[^\s<>"'，。；！？）】」]+/g

export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index) })
    found.push({ text: match[0], url: match[0] })
    at = match.index + match[0].length
  }
  if (at < text.length) found.push({ text: text.slice(at) })
  return found
}

/** Only web addresses become links; anything else from outside stays text. */
export function safeUrl(url: unknown): string | undefined {
  return typeof url === 'string' && /^(https?:\/\/|\/)/.test(url) ? url : undefined
}

export function money(amount: number | string, currency: string, locale: string): string {
  const value = Number(amount)
  if (!Number.isFinite(value)) return String(amount)
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: currency || 'CNY' }).format(value)
  } catch {
    return `${value} ${currency}`
  }
}
