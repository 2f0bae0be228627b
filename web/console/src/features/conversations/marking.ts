/** Marking found words in a text, with a little of what stands before the first. */

export interface Part {
  text: string
  hit: boolean
}

const BEFORE = 16

/** `highlights` are [from, to) in characters as people count them, not in halves of surrogate pairs. */
export function marked(text: string, highlights: [number, number][]): Part[] {
  const letters = Array.from(text)
  const first = highlights[0]?.[0] ?? 0
  const start = first > BEFORE * 2 ? first - BEFORE : 0
  const parts: Part[] = start > 0 ? [{ text: '…', hit: false }] : []
  let at = start
  const push = (to: number, hit: boolean) => {
    if (to > at) parts.push({ text: letters.slice(at, to).join(''), hit })
    at = Math.max(at, to)
  }
  for (const [from, to] of highlights) {
    push(from, false)
    push(to, true)
  }
  push(letters.length, false)
  return parts
}
