/** What a carrier is called; one that nobody named by its code. */

import { i18n, t } from '@/app/i18n'

export function carrierName(code: string | null): string {
  const key = `commerce.carrier.${code}`
  return code && i18n.global.te(key) ? t(key) : (code ?? '')
}
