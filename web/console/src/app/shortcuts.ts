/** Single-key shortcuts: outside text fields only, and only where the agent wants them. */

import { useEventListener } from '@vueuse/core'
import { onScopeDispose, shallowReactive } from 'vue'
import { useSession } from './session'

export interface Shortcut {
  key: string
  label: string
  run: () => unknown
}

/** Those that work on the screen as it is now; the help sheet shows exactly these. */
export const active = shallowReactive(new Set<Shortcut>())

export function useShortcuts(shortcuts: Shortcut[]): void {
  for (const shortcut of shortcuts) active.add(shortcut)
  onScopeDispose(() => {
    for (const shortcut of shortcuts) active.delete(shortcut)
  })
}

export function listenForShortcuts(): void {
  const session = useSession()
  useEventListener(document, 'keydown', (event: KeyboardEvent) => {
    if (!session.preferences.shortcuts || !isPlain(event) || isBusy(event.target)) return
    const wanted = [...active].reverse().find((shortcut) => shortcut.key === event.key)
    if (!wanted) return
    event.preventDefault()
    wanted.run()
  })
}

function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.defaultPrevented
}

/** Text fields, widgets that use the keys themselves, and anything under an open dialog. */
export function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('.el-overlay:not([style*="display: none"]) [role="dialog"]')) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  return target.closest('input, textarea, select, [role="listbox"] input, [role="menu"], [role="dialog"]') !== null
}
