/** Why a message was refused, in the visitor's words. */

import type { Problem } from '@kefu/api'
import { t } from '../language'

export function reasonOf(problem: Problem | undefined): string {
  if (!problem) return ''
  const key = `conversation.refused_${problem.code}`
  const known = t(key, { limit: typeof problem.limit === 'number' ? problem.limit : '' })
  if (known !== key) return known
  return problem.status === 0 ? t('conversation.refused_unreachable') : t('conversation.refused')
}
