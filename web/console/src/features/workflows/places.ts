/** Where the record a case is about is shown; features of other capabilities add theirs. */

import type { Id } from '@kefu/api'

const places = new Map<string, (id: Id) => string>([
  ['conversation', (id) => `/conversations/${id}`],
  ['customer', (id) => `/customers/${id}`],
])

/** Tell where records of a kind are shown, for instance `showsAt('return', (id) => `/returns/${id}`)`. */
export function showsAt(kind: string, place: (id: Id) => string): void {
  places.set(kind, place)
}

export function placeOf(kind: string, id: Id): string | null {
  return places.get(kind)?.(id) ?? null
}
