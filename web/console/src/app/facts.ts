/** What a fact is called: each feature has words for its own, the audit trail for the rest. */

import { allOf } from './features'
import { i18n, t } from './i18n'

export function factWords(kind: string, params: Record<string, unknown> = {}): string {
  const last = kind.replaceAll('.', '_')
  const features = [...allOf('name').filter((name) => name !== 'audit'), 'audit']
  const key = features.map((name) => `${name}.fact.${last}`).find((one) => i18n.global.te(one))
  return key ? t(key, params) : kind
}
