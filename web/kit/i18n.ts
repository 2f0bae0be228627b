/** Collecting words per feature, and finding the words one language lacks. */

export type Words = { [key: string]: string | Words }

/** `import.meta.glob` results ("…/<name>/locale/<lang>.ts") to one tree: { name: words }. */
export function wordsByFeature(modules: Record<string, { default: Words }>): Words {
  const words: Words = {}
  for (const [path, module] of Object.entries(modules)) {
    const feature = /([^/]+)\/locale\/[^/]+$/.exec(path)?.[1]
    if (feature) words[feature] = { ...(words[feature] as Words), ...module.default }
  }
  return words
}

export function keysOf(words: Words, prefix = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

/** The keys that `there` has and `here` lacks. */
export function missingKeys(here: Words, there: Words): string[] {
  const known = new Set(keysOf(here))
  return keysOf(there).filter((key) => !known.has(key))
}

/** For those without a translation library: `say(words, 'chat.left', {name})`. */
export function say(
  words: Words,
  key: string,
  params: Record<string, string | number> = {},
): string {
  let found: string | Words | undefined = words
  for (const part of key.split('.')) {
    found = typeof found === 'object' ? found[part] : undefined
  }
  if (typeof found !== 'string') return key
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

export type Locale = 'zh-CN' | 'en'

export function closestLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'zh-CN'
}
