/** One to five and a word, once a conversation has ended; given or put aside once for each. */

import type { Id } from '@kefu/api'
import { reactive } from 'vue'
import type { Http } from '../session/http'

interface Rated {
  id: Id
  rated?: boolean
  rating?: { score: number } | null
}

export function rating(http: Http) {
  const done = reactive(new Map<Id, 'given' | 'skipped'>())

  return {
    of(row: Rated | null): 'given' | 'skipped' | null {
      if (!row) return null
      return done.get(row.id) ?? (row.rated || row.rating ? 'given' : null)
    },
    async give(conversation: Id, score: number, comment: string): Promise<boolean> {
      try {
        await http.ask('POST', '/rating', { conversation, score, ...(comment ? { comment } : {}) })
        done.set(conversation, 'given')
        return true
      } catch {
        return false
      }
    },
    skip: (conversation: Id) => void done.set(conversation, 'skipped'),
  }
}
