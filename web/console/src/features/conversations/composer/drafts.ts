/** Unsent words: kept on this device at once, and on the server a moment later. */

import type { Id } from '@kefu/api'
import { useDebounceFn } from '@vueuse/core'
import { keepDraft } from '../api'
import { useConversations } from '../store'

const key = (conversation: Id, note: boolean) => `kefu.draft.${conversation}${note ? '.note' : ''}`

export function draftOf(conversation: Id, note: boolean): string {
  const here = localStorage.getItem(key(conversation, note))
  return here ?? (note ? '' : (useConversations().known.threads[conversation]?.draft ?? ''))
}

export function keep(conversation: Id, note: boolean, text: string): void {
  if (text) localStorage.setItem(key(conversation, note), text)
  else localStorage.removeItem(key(conversation, note))
  if (note) return
  const thread = useConversations().known.threads[conversation]
  if (thread) thread.draft = text
  tellServer(conversation)
}

const tellServer = useDebounceFn((conversation: Id) => {
  const text = useConversations().known.threads[conversation]?.draft ?? ''
  keepDraft(conversation, text).catch(() => undefined)
}, 1200)

export function hasDraft(conversation: Id): boolean {
  return localStorage.getItem(key(conversation, false)) !== null
}
