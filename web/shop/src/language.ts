/** Chinese first, English on request; the choice is remembered. */

export interface Both {
  zh: string
  en: string
}

const KEY = 'shop:language'

export const language: 'zh' | 'en' = chosen()
export const locale = language === 'zh' ? 'zh-CN' : 'en'

export const say = (both: Both): string => both[language]

export function switchLanguage(): void {
  keep(KEY, language === 'zh' ? 'en' : 'zh')
  location.reload()
}

export const yuan = (amount: number): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 0 }).format(amount)

export const dayOf = (at: Date): string =>
  new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', day: 'numeric' }).format(at)

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Blocked storage: the choice lasts until the next page.
  }
}

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function chosen(): 'zh' | 'en' {
  const asked = new URLSearchParams(location.search).get('lang') ?? kept(KEY)
  return asked === 'en' ? 'en' : 'zh'
}
