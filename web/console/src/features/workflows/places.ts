/** Where the record a case is about is shown, as the feature that owns its kind says. */

import type { Id } from '@kefu/api'
import { allOf } from '@/app/features'

const told = new Map<string, (id: Id) => string>()

/** Tell it for a kind that notices do not lead to; others stand in their feature's `places`. */
export function showsAt(kind: string, place: (id: Id) => string): void {
  told.set(kind, place)
}

export function placeOf(kind: string, id: Id): string | null {
  const places = allOf('places').find((one) => kind in one)
  return (places?.[kind] ?? told.get(kind))?.(id) ?? null
}
