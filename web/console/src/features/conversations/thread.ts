/** From messages to what a thread shows: days, groups of one sender, lines of the system. */

import type { Message } from '@kefu/api'
import { isSameDay } from '@kefu/kit/time'

export interface Shown {
  id: string
  message: Message
  /** A separator stands above the first message of a day. */
  newDay: boolean
  /** The first of a group shows who wrote; the last shows when. */
  first: boolean
  last: boolean
}

const GROUPED_WITHIN = 3 * 60_000

export function shown(messages: Message[]): Shown[] {
  return messages.map((message, index) => {
    const before = messages[index - 1]
    const after = messages[index + 1]
    const newDay = !before || !isSameDay(before.at, message.at)
    return {
      id: message.id,
      message,
      newDay,
      first: newDay || !belongTogether(before, message),
      last: !after || !isSameDay(message.at, after.at) || !belongTogether(message, after),
    }
  })
}

function belongTogether(a: Message, b: Message): boolean {
  return (
    a.sender.type === b.sender.type &&
    a.sender.id === b.sender.id &&
    (a.kind === 'note') === (b.kind === 'note') &&
    (a.kind === 'system') === (b.kind === 'system') &&
    Date.parse(b.at) - Date.parse(a.at) < GROUPED_WITHIN
  )
}

export const RECALL_WITHIN = 120_000

export function isRecallable(message: Message, me: string | undefined, now: number): boolean {
  return message.sender.id === me && !message.recalled && message.kind !== 'system' && now - Date.parse(message.at) < RECALL_WITHIN
}
