/** What the command palette offers for the conversation that is open. */

import { Check, Hand, NotebookPen, RotateCcw, Undo2 } from '@lucide/vue'
import type { Component } from 'vue'
import type { Command } from '@/app/feature'
import { here } from '@/app/going'
import { t } from '@/app/i18n'
import { useSession } from '@/app/session'
import { claim, close, reopen, unblock, wake, wrapUp } from './actions'
import { ask } from './asks'
import { useConversations } from './store'
import { verbsFor, type Verb } from './verbs'

const AT_ONCE: [Verb, (id: string) => unknown, Component?][] = [
  ['claim', claim, Hand],
  ['close', close, Check],
  ['reopen', reopen, RotateCcw],
  ['wake', wake, Undo2],
  ['wrapUp', wrapUp, NotebookPen],
  ['resume', claim, Undo2],
  ['unblock', unblock],
]
const ASKED = ['transfer', 'snooze', 'label', 'block', 'export', 'schedule'] as const

export function commands(): Command[] {
  const { row } = useConversations()
  if (!row || !here().startsWith('/conversations/')) return []
  const session = useSession()
  const verbs = verbsFor(row, session.may, session.me?.id)
  const named = (id: Verb) => ({ id, label: t(`conversations.do.${id}`), hint: row.customer.name })
  return [
    ...AT_ONCE.filter(([verb]) => verbs.has(verb)).map(([verb, run, icon]) => ({ ...named(verb), icon, run: () => run(row.id) })),
    ...ASKED.filter((verb) => verbs.has(verb)).map((verb) => ({ ...named(verb), run: () => ask(verb) })),
  ]
}
