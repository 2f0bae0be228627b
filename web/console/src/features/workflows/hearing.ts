/** What pushed events of cases change: whoever shows a case or a list reads it again, once for many. */

import type { EventFrame } from '@kefu/api/frames'
import { onScopeDispose } from 'vue'
import { useTodo } from './store'

type Listener = (event: EventFrame) => unknown
const listeners = new Set<Listener>()

export function heard(event: EventFrame): void {
  useTodo().countSoon()
  for (const listener of listeners) listener(event)
}

/** Call `read` soon after an event that `wanted` accepts, as long as the component lives. */
export function rereadOn(wanted: (event: EventFrame) => boolean, read: () => unknown, wait = 300): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const listener: Listener = (event) => {
    if (!wanted(event)) return
    clearTimeout(timer)
    timer = setTimeout(read, wait)
  }
  listeners.add(listener)
  onScopeDispose(() => {
    clearTimeout(timer)
    listeners.delete(listener)
  })
}
