/** Where one reads in a thread: at the end it follows, further up it stands still and counts what comes. */

import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { realtime } from '@/app/realtime'
import { useConversations } from './store'

interface Options {
  frame: Ref<HTMLElement | null>
  id: () => string
  /** The messages as they stand, the newest last. */
  ids: () => string[]
}

const NEAR_END = 60

/** How many came after the one that was the newest; what is loaded above does not count. */
export function cameAfter(ids: string[], newest: string): number {
  const at = ids.lastIndexOf(newest)
  return at < 0 ? 0 : ids.length - 1 - at
}

export function useReading({ frame, id, ids }: Options) {
  const atEnd = ref(true)
  const below = ref(0)
  const conversations = useConversations()
  let observer: ResizeObserver | undefined

  function toEnd(): void {
    const element = frame.value
    if (!element) return
    element.scrollTop = element.scrollHeight
    atEnd.value = true
    below.value = 0
    tellSeen()
  }

  /** Look at something further up: what comes meanwhile does not pull one down. */
  function leaveEnd(): void {
    atEnd.value = false
  }

  function scrolled(): void {
    const element = frame.value
    if (!element) return
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
    if (atEnd.value) {
      below.value = 0
      tellSeen()
    }
  }

  /** What is on screen, in a window that somebody looks at, has been read. */
  function tellSeen(): void {
    const row = conversations.known.rows[id()]
    if (!row || document.hidden || !atEnd.value) return
    if (row.agent_seen_seq >= row.last_seq && row.unread === 0) return
    realtime().seen(row.id, row.last_seq)
    row.agent_seen_seq = row.last_seq
    row.unread = 0
  }

  /** After the messages are laid out, which may take one more frame than rendering them. */
  function settle(): void {
    void nextTick(() => {
      toEnd()
      requestAnimationFrame(() => atEnd.value && toEnd())
    })
  }

  /** A picture that arrives late makes the thread longer: who was at its end stays there. */
  function grown(): void {
    if (atEnd.value) toEnd()
  }

  watch(() => ids().at(-1), (_, before) => {
    if (atEnd.value || before === undefined) settle()
    else below.value += cameAfter(ids(), before)
  })
  watch(id, () => {
    atEnd.value = true
    below.value = 0
    settle()
  })

  onMounted(() => {
    settle()
    observer = new ResizeObserver(grown)
    if (frame.value) observer.observe(frame.value)
    frame.value?.addEventListener('load', grown, { capture: true })
    document.addEventListener('visibilitychange', tellSeen)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    frame.value?.removeEventListener('load', grown, { capture: true })
    document.removeEventListener('visibilitychange', tellSeen)
  })

  return { atEnd, below, toEnd, leaveEnd, scrolled }
}
