/** Marking found words in a text, with a little of what stands before the first. */

export interface Part {
  text: string
  hit: boolean
}

const BEFORE = 16

export function marked(text: string, highlights: unknown, typed: string): Part[] {
  const words = Array.isArray(highlights) ? highlights.filter((word): word is string => typeof word === 'string' && word !== '') : []
  const wanted = (words.length > 0 ? words : typed.split(/\s+/)).filter(Boolean)
  if (wanted.length === 0) return [{ text, hit: false }]
  const pattern = new RegExp(wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'gi')
  const first = text.search(pattern)
  const shown = first > BEFORE * 2 ? `…${text.slice(first - BEFORE)}` : text
  const parts: Part[] = []
  let at = 0
  for (const match of shown.matchAll(pattern)) {
    if (match.index > at) parts.push({ text: shown.slice(at, match.index), hit: false })
    parts.push({ text: match[0], hit: true })
    at = match.index + match[0].length
  }
  if (at < shown.length) parts.push({ text: shown.slice(at), hit: false })
  return parts
}
