/** A promised time in words: 30 秒, 5 分钟, 4 小时, 2 天. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

export function spanWords(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ?? UNITS[3]
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: locale === 'en' ? 'short' : 'long' }).format(seconds / size)
}
