/** What is live: counts for the badge, and a word to pages that something of theirs is different. */

import { reactive, ref } from 'vue'
import { useSession } from '@/app/session'
import { readCounts as askCounts, type Counts } from './api'

export const counts = reactive<Counts>({ low: 0, medium: 0, high: 0, critical: 0, overdue: 0 })
export const problems = ref(0)
export const carriers = ref(0)
export const comparisons = ref(0)

const GAP = 400
let waiting: ReturnType<typeof setTimeout> | undefined

/** Many events at once make one reading. */
export function changed(kind: string): void {
  if (kind.startsWith('carrier.')) carriers.value++
  else if (kind.startsWith('reconciliation.') || kind.startsWith('source.')) comparisons.value++
  else {
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      problems.value++
      void readCounts()
    }, GAP)
  }
}

export async function readCounts(): Promise<void> {
  if (!useSession().may('anomaly.read')) return
  await askCounts().then((read) => Object.assign(counts, read), () => undefined)
}
