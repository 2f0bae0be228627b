/** Words: each feature keeps its own, this gathers those of one language when it is wanted. */

import { wordsByFeature, type Locale, type Words } from '@kefu/kit/i18n'
import type { Language } from 'element-plus/es/locale'
import { shallowRef } from 'vue'
import { createI18n } from 'vue-i18n'

type Module = { default: Words }
const chinese = import.meta.glob<Module>(['/src/app/locale/zh-CN.ts', '/src/features/*/locale/zh-CN.ts'])
const english = import.meta.glob<Module>(['/src/app/locale/en.ts', '/src/features/*/locale/en.ts'])

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Locale,
  fallbackLocale: 'zh-CN',
  messages: {},
  missingWarn: false,
  fallbackWarn: false,
})

export const elementLanguage = shallowRef<Language>()

const loaded = new Set<Locale>()

export async function useLanguage(locale: Locale): Promise<void> {
  if (!loaded.has(locale)) {
    const [own, kit, element] = await Promise.all([
      gather(locale === 'en' ? english : chinese),
      locale === 'en' ? import('@kefu/kit/locale/en') : import('@kefu/kit/locale/zh-CN'),
      locale === 'en' ? import('element-plus/es/locale/lang/en') : import('element-plus/es/locale/lang/zh-cn'),
    ])
    i18n.global.setLocaleMessage(locale, { ...own, kit: kit.default })
    languages.set(locale, element.default)
    loaded.add(locale)
  }
  i18n.global.locale.value = locale
  elementLanguage.value = languages.get(locale)
  document.documentElement.lang = locale
  localStorage.setItem('kefu.locale', locale)
}

export const t = (key: string, params: Record<string, unknown> = {}): string => i18n.global.t(key, params)

const languages = new Map<Locale, Language>()

async function gather(modules: Record<string, () => Promise<Module>>): Promise<Words> {
  const read = Object.entries(modules).map(async ([path, load]) => [path, await load()] as const)
  return wordsByFeature(Object.fromEntries(await Promise.all(read)))
}
