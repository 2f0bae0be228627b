/** How times are written on screen: short where it is near, exact where it is far. */

const DAY = 86_400_000

export function clockTime(at: string | Date, locale: string): string {
  return format(at, locale, { hour: '2-digit', minute: '2-digit', hour12: false })
}

/** For list rows: 14:05 today, 昨天, 周三, 3月4日, 2025/3/4; what is to come with its hour: 明天 14:05, 3月4日 14:05. */
export function shortTime(at: string | Date, locale: string, now: Date = new Date()): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days === 0) return clockTime(date, locale)
  if (days < 0) return toCome(date, -days, locale, now)
  if (days === 1) return relativeDay(-1, locale)
  if (days < 7) return format(date, locale, { weekday: 'short' })
  if (date.getFullYear() === now.getFullYear()) {
    return format(date, locale, { month: 'short', day: 'numeric' })
  }
  return format(date, locale, { year: 'numeric', month: 'numeric', day: 'numeric' })
}

function toCome(date: Date, days: number, locale: string, now: Date): string {
  if (days === 1) return `${relativeDay(1, locale)} ${clockTime(date, locale)}`
  const year = date.getFullYear() === now.getFullYear() ? undefined : ('numeric' as const)
  return format(date, locale, { year, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false })
}

/** For separators between messages of different days. */
export function dayLabel(at: string | Date, locale: string, now: Date = new Date()): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days === 0 || days === 1) return relativeDay(-days, locale)
  const year = date.getFullYear() === now.getFullYear() ? undefined : ('numeric' as const)
  return format(date, locale, { year, month: 'long', day: 'numeric', weekday: 'long' })
}

export function fullTime(at: string | Date, locale: string): string {
  return format(at, locale, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
}

export function isSameDay(a: string | Date, b: string | Date): boolean {
  return daysBetween(new Date(a), new Date(b)) === 0
}

/** A span as a clock face: 0:42, 12:05, 3:07:00; from a day on in days. */
export function spanLabel(milliseconds: number, locale: string): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000)
  if (seconds >= 86_400) {
    return new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'day',
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    }).format(Math.floor(seconds / 86_400))
  }
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}`
    : `${minutes}:${rest}`
}

export function byteLabel(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`
}

function daysBetween(earlier: Date, later: Date): number {
  return Math.round((midnight(later) - midnight(earlier)) / DAY)
}

function midnight(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
}

function relativeDay(days: number, locale: string): string {
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(at: string | Date, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)))
  return found.format(new Date(at))
}
