/** One line that stands for a message of any kind. */

import type { MessageKind } from '@kefu/api'
import { t } from '@/app/i18n'

export function preview({ kind, preview: text }: { kind: MessageKind; preview: string }): string {
  // A recalled message leaves an empty line.
  if (kind === 'text' || kind === 'note') return text || t('conversations.recalled')
  const name = t(`conversations.kind.${kind}`)
  return text ? `[${name}] ${text}` : `[${name}]`
}
