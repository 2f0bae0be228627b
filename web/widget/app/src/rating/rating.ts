/** One to five and a word, once a conversation has ended; given or put aside once for each. */

import type { Id } from '@kefu/api'
import { reactive } from 'vue'
import { Refused, type Http } from '../session/http'

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
    /** Nothing once it is given, else the code of the refusal. */
    async give(conversation: Id, score: number, comment: string): Promise<string | null> {
      try {
        await http.ask('POST', '/rating', { conversation, score, ...(comment ? { comment } : {}) })
        done.set(conversation, 'given')
        return null
      } catch (error) {
        return error instanceof Refused ? error.problem.code : 'unexpected'
      }
    },
    skip: (conversation: Id) => void done.set(conversation, 'skipped'),
  }
}
