/** What the command palette offers for the conversation that is open. */

import { Check, Hand, RotateCcw, Undo2 } from '@lucide/vue'
import type { Command } from '@/app/feature'
import { t } from '@/app/i18n'
import { here } from '@/app/going'
import { claim, close, reopen, unblock, wake } from './actions'
import { ask } from './asks'
import { useConversations } from './store'

export function commands(): Command[] {
  const { row } = useConversations()
  if (!row || !here().startsWith('/conversations/')) return []
  const { id, status } = row
  const hint = row.customer.name
  const offered: (Command | false)[] = [
    !row.assignee && { id: 'claim', label: t('conversations.do.claim'), hint, icon: Hand, run: () => claim(id) },
    status !== 'closed' && { id: 'close', label: t('conversations.do.close'), hint, icon: Check, run: () => close(id) },
    status === 'closed' && { id: 'reopen', label: t('conversations.do.reopen'), hint, icon: RotateCcw, run: () => reopen(id) },
    status === 'snoozed' && { id: 'wake', label: t('conversations.do.wake'), hint, icon: Undo2, run: () => wake(id) },
    ...(['transfer', 'snooze', 'label', 'block', 'export'] as const)
      .filter((what) => what !== 'block' || !row.blocked)
      .map((what) => ({ id: what, label: t(`conversations.do.${what}`), hint, run: () => ask(what) })),
    row.blocked === true && { id: 'unblock', label: t('conversations.do.unblock'), hint, run: () => unblock(id) },
  ]
  return offered.filter((command): command is Command => command !== false)
}
