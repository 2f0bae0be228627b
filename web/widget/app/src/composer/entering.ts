/** Enter sends; the Enter that confirms an input-method candidate never does, in Safari's order of events neither. */

const JUST_NOW = 60

export function entering(send: () => void) {
  let composedAt = -Infinity
  return {
    compositionend(event: Event): void {
      composedAt = event.timeStamp
    },
    keydown(event: KeyboardEvent): void {
      if (event.key !== 'Enter' || event.shiftKey || event.altKey) return
      // 229 is what an input method's key reports; Safari ends the composition before its Enter arrives.
      const confirming = event.isComposing || event.keyCode === 229 || event.timeStamp - composedAt < JUST_NOW
      if (confirming) return
      event.preventDefault()
      send()
    },
  }
}
