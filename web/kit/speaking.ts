/** Speaking: one voice note at a time, from the first tap to the last; whatever ends it lets the microphone go. */

import { onScopeDispose, ref, shallowRef } from 'vue'
import { LONGEST_SECONDS, record, type Recording, type Spoken } from './recording'

export interface Speaking {
  /** What was said, once it is to be sent. */
  spoken: (said: Spoken) => void
  /** There is no microphone, it is not allowed, or it failed. */
  refused: () => void
}

export function speaking({ spoken, refused }: Speaking) {
  const recording = shallowRef<Recording | null>(null)
  const seconds = ref(0)
  let ticking: ReturnType<typeof setInterval> | undefined
  let asking = false
  let left = false

  /** A permission that is given after everybody has left holds no microphone. */
  async function begin(): Promise<void> {
    if (asking || recording.value) return
    asking = true
    try {
      const begun = await record(fail)
      if (left) return begun.cancel()
      recording.value = begun
      seconds.value = 0
      ticking = setInterval(() => (seconds.value += 1) >= LONGEST_SECONDS && void send(), 1000)
    } catch {
      if (!left) refused()
    } finally {
      asking = false
    }
  }

  async function send(): Promise<void> {
    const ended = rest()
    if (ended) spoken(await ended.stop())
  }

  function drop(): void {
    rest()?.cancel()
  }

  function fail(): void {
    drop()
    refused()
  }

  function rest(): Recording | null {
    clearInterval(ticking)
    const ended = recording.value
    recording.value = null
    return ended
  }

  onScopeDispose(() => {
    left = true
    drop()
  })

  return { recording, seconds, begin, send, drop }
}
