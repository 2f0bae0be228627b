/** Finds addresses in plain text. Only http, https and mailto ever become links; markup stays text. */

export interface Piece {
  text: string
  href?: string
}

const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、）】》」』“”‘’（【《「『]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi
const TRAILING = /[.,;:!?)\]}'"]+$/

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    const found = trimmed(match[0])
    const href = addressOf(found)
    if (!href) continue
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) })
    pieces.push({ text: found, href })
    at = match.index + found.length
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}

/** A closing bracket belongs to the sentence unless the address opened it. */
function trimmed(address: string): string {
  const cut = address.replace(TRAILING, '')
  return cut.includes('(') && address.startsWith(`${cut})`) ? `${cut})` : cut
}

function addressOf(found: string): string | null {
  return /^https?:/i.test(found) ? webAddress(found) : `mailto:${found}`
}

/** The address if a browser may safely follow it, otherwise null: no `javascript:`, `data:` or the like. */
export function webAddress(address: unknown): string | null {
  if (typeof address !== 'string') return null
  try {
    const url = new URL(address, location.href)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
  } catch {
    return null
  }
}
