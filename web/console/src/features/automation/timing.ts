/** When a rule looks by itself, in words. */

import type { Timing } from './shapes'

export const EVERY = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720]
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

type Say = (key: string, params?: Record<string, unknown>) => string

export function timingWords(timing: Timing, t: Say): string {
  if (timing.every_minutes) {
    const hours = timing.every_minutes / 60
    return Number.isInteger(hours) ? t('automation.timing.everyHours', { count: hours }) : t('automation.timing.everyMinutes', { count: timing.every_minutes })
  }
  const days = timing.weekdays ?? []
  const time = timing.daily_at ?? ''
  if (days.length === 0 || days.length === 7) return t('automation.timing.dailyAt', { time })
  return t('automation.timing.weekdaysAt', { time, days: days.map((day) => t(`automation.weekday.${day}`)).join(t('automation.timing.comma')) })
}
