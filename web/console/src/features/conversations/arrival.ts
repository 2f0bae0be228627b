/** When a customer writes: the sound, the desktop notification, the words for a screen reader. */

import type { Message } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import { announce } from '@/app/announcer'
import { notifyDesktop, ring } from '@/app/attention'
import { t } from '@/app/i18n'
import { go } from '@/app/going'
import { useSession } from '@/app/session'
import { preview } from './preview'
import { useConversations } from './store'

export function arrival(event: EventFrame): void {
  if (event.kind === 'conversation.waiting') return ring()
  if (event.kind !== 'message.received') return
  const message = event.data as Message
  const conversations = useConversations()
  const row = conversations.known.rows[message.conversation]
  if (row?.assignee && row.assignee.id !== useSession().me?.id) return
  const words = preview({ kind: message.kind, preview: message.text })
  if (conversations.current === message.conversation && !document.hidden) {
    announce(t('conversations.announce', { name: message.sender.name, text: words }))
    return
  }
  ring()
  notifyDesktop(message.sender.name, words, message.conversation, () => {
    go(`/conversations/${message.conversation}`)
  })
}
