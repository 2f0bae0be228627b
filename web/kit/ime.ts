/** Enter that confirms an input-method candidate is not an Enter. */

export interface Composition {
  started(): void
  ended(at: number): void
  /** Whether this key press belongs to the input method. */
  owns(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode' | 'timeStamp'>): boolean
}

/**
 * Chrome and Firefox say so by `isComposing`; all say keyCode 229 while a candidate is open.
 * Safari ends the composition before it sends the key, so a key right after the end is its own too.
 */
export function composition(): Composition {
  let open = false
  let endedAt = -Infinity
  return {
    started: () => void (open = true),
    ended: (at) => {
      open = false
      endedAt = at
    },
    owns: (event) => open || event.isComposing || event.keyCode === 229 || Math.abs(event.timeStamp - endedAt) < SAFARI_GAP,
  }
}

const SAFARI_GAP = 50
