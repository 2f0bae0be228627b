/** Short messages at the edge of the screen: done, failed, undo. */

import type { Problem } from '@kefu/api'
import { ElButton, ElMessage } from 'element-plus'
import { h } from 'vue'
import { problemOf } from './http'
import { i18n, t } from './i18n'

/** Below the head of a page, so that nothing there is covered. */
const OFFSET = 72

/** Their detail holds names, which need no translation. */
const NAMING = new Set(['in_use'])

/** Words of our own for what the server could not say itself. */
export function worded(problem: Problem): Problem {
  const own = `app.problem.${problem.code}`
  if (i18n.global.te(own)) return { ...problem, title: t(own), detail: NAMING.has(problem.code) ? (problem.detail ?? null) : null }
  const general = `app.refusal.${problem.code}`
  if (i18n.global.locale.value === 'en' || !i18n.global.te(general)) return { ...problem, title: problem.title || t('kit.error.title') }
  return { ...problem, title: t(general), detail: problem.title }
}

export function done(words: string): void {
  ElMessage({ message: words, type: 'success', grouping: true, duration: 2500, plain: true, offset: OFFSET })
}

/** Nothing failed, but something was not done, and why. */
export function warned(words: string): void {
  ElMessage({ message: words, type: 'warning', grouping: true, duration: 4000, plain: true, offset: OFFSET })
}

export function failed(thrown: unknown): void {
  const problem = worded(problemOf(thrown))
  const detail = problem.detail && problem.detail !== problem.title ? ` ${problem.detail}` : ''
  ElMessage({ message: problem.title + detail, type: 'error', offset: OFFSET, duration: 6000, showClose: true, grouping: true, plain: true })
}

/** Done, with a way back for a while. */
export function undoable(words: string, undo: () => unknown): void {
  const shown = ElMessage({
    message: h('span', [
      words,
      h(
        ElButton,
        {
          link: true,
          type: 'primary',
          style: 'margin-left: 12px',
          onClick: () => {
            shown.close()
            void undo()
          },
        },
        () => t('app.undo'),
      ),
    ]),
    type: 'success',
    offset: OFFSET,
    duration: 8000,
    showClose: true,
    plain: true,
  })
}

/** Show the change at once, tell the server, put it back with the reason when it refuses. */
export async function optimistic(change: () => () => void, tell: () => Promise<unknown>): Promise<boolean> {
  const putBack = change()
  try {
    await tell()
    return true
  } catch (thrown) {
    putBack()
    failed(thrown)
    return false
  }
}
