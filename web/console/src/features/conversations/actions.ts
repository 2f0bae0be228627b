/** What an agent does with a conversation: on screen at once, undone with the reason when refused. */

import type { ConversationRow, Id, Label, Priority } from '@kefu/api'
import { t } from '@/app/i18n'
import { ApiError } from '@/app/http'
import { done, failed, optimistic, undoable } from '@/app/say'
import { useSession } from '@/app/session'
import * as server from './api'
import { useConversations } from './store'

function doing(id: Id, change: Partial<ConversationRow>, tell: () => Promise<unknown>): Promise<boolean> {
  const conversations = useConversations()
  return optimistic(() => conversations.pretend(id, change), tell)
}

export function claim(id: Id): Promise<boolean> {
  const me = useSession().me
  const assignee = me ? { id: me.id, name: me.name, avatar: me.avatar } : null
  return doing(id, { assignee, status: 'active', waiting_since: null }, () => server.claim(id))
}

export async function close(id: Id): Promise<void> {
  const ok = await doing(id, { status: 'closed', closed_at: new Date().toISOString() }, () => server.close(id))
  if (ok) undoable(t('conversations.did.closed'), () => reopen(id))
}

export function reopen(id: Id): Promise<boolean> {
  return doing(id, { status: 'active', closed_at: null }, () => server.reopen(id))
}

export async function snooze(id: Id, until: Date): Promise<void> {
  const at = until.toISOString()
  const ok = await doing(id, { status: 'snoozed', snoozed_until: at }, () => server.snooze(id, at))
  if (ok) undoable(t('conversations.did.snoozed'), () => wake(id))
}

/** The talk is over; the customer's next message, or taking it up again, brings it back. */
export async function wrapUp(id: Id): Promise<void> {
  const ok = await doing(id, { status: 'wrapping_up' }, () => server.wrapUp(id))
  if (ok) undoable(t('conversations.did.wrappedUp'), () => claim(id))
}

export function wake(id: Id): Promise<boolean> {
  return doing(id, { status: 'active', snoozed_until: null }, () => server.wake(id))
}

export function prioritise(id: Id, priority: Priority): Promise<boolean> {
  return doing(id, { priority }, () => server.prioritise(id, priority))
}

export function label(id: Id, labels: Label[]): Promise<boolean> {
  return doing(id, { labels }, () => server.label(id, labels.map((one) => one.id)))
}

export async function block(id: Id): Promise<boolean> {
  const ok = await doing(id, { blocked: true, blocked_here: true }, () => server.block(id))
  if (ok) undoable(t('conversations.did.blocked'), () => unblock(id))
  return ok
}

export function unblock(id: Id): Promise<boolean> {
  return doing(id, { blocked: false, blocked_here: false }, () => server.unblock(id))
}

export async function handOver(id: Id, body: Parameters<typeof server.transfer>[1]): Promise<void> {
  await server.transfer(id, body)
  done(t('conversations.did.transferred'))
}

/** Each conversation answers for itself; what was done can be undone for a while. What is wrong for all is thrown. */
export async function bulk(ids: Id[], action: string, params: Record<string, unknown> = {}): Promise<void> {
  const { results, undo } = await server.bulk(ids, action, params)
  const refused = results.filter((result) => !result.ok)
  const words = t('conversations.did.bulk', { count: results.length - refused.length })
  if (undo) undoable(words, () => server.undoBulk(undo.id).catch(failed))
  else if (refused.length < results.length) done(words)
  if (refused[0]?.problem) failed(new ApiError(refused[0].problem))
}
