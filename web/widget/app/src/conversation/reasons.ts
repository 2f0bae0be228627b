/** Why a message was refused, in the visitor's words. */

import type { Problem } from '@kefu/api'
import { t } from '../language'

/** Several refusals of the desk are one and the same to the visitor. */
const ALIKE: Record<string, string> = {
  file_disguised: 'file',
  file_type: 'file',
  archive_bomb: 'file',
  archive_damaged: 'file',
  picture_damaged: 'file',
  picture_frames: 'file',
  picture_too_large: 'too_large',
  file_empty: 'empty',
}

export function reasonOf(problem: Problem | undefined): string {
  if (!problem) return ''
  const key = `conversation.refused_${ALIKE[problem.code] ?? problem.code}`
  const known = t(key, { limit: typeof problem.limit === 'number' ? problem.limit : '' })
  if (known !== key) return known
  return problem.status === 0 ? t('conversation.refused_unreachable') : t('conversation.refused')
}
