/** Asking again while the desk cannot be reached; a clear refusal ends it. */

import type { Problem } from '@kefu/api'
import { Refused } from './http'

const WAITS = [500, 1500, 4000, 8000, 15_000]

/** The answer, or null where the desk refused, which `refused` hears. `away` is called each time it could not be reached. */
export async function insist<Answer>(ask: () => Promise<Answer>, away: () => void = () => {}, refused: (problem?: Problem) => void = () => {}): Promise<Answer | null> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : undefined
      if (!problem || isFinal(problem.status)) {
        refused(problem)
        return null
      }
      away()
      await pause(WAITS[Math.min(attempt, WAITS.length - 1)] as number)
    }
  }
}

const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429

/** Waits, but not a moment longer once the network is back. */
function pause(time: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer)
      removeEventListener('online', go)
      resolve()
    }
    const timer = setTimeout(go, time)
    addEventListener('online', go)
  })
}
