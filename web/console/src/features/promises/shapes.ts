/** Shapes of calendars and policies. */

import type { Id } from '@kefu/api'

export type Hours = [string, string][]

export interface Calendar {
  id: Id
  name: string
  timezone: string
  week: Hours[]
  chinese_holidays: boolean
  holiday_hours: Hours
  days: { date: string; hours: Hours; name: string }[]
}

export const KINDS = ['first_reply', 'next_reply', 'idle'] as const
export type Kind = (typeof KINDS)[number]

export interface Target {
  seconds: number
  business_time: boolean
  warn_percent: number | null
}

export interface Policy {
  id: Id
  name: string
  position: number
  active: boolean
  inboxes: Id[]
  teams: Id[]
  priorities: number[]
  calendar_id: Id | null
  targets: Partial<Record<Kind, Target>>
}

export const aWeek = (): Hours[] => [0, 1, 2, 3, 4, 5, 6].map((day) => (day < 5 ? [['09:00', '18:00']] : []))

/** "09:00-12:00, 13:30-18:00" and back; null where it cannot be read. */
export function hoursFrom(text: string): Hours | null {
  if (!text.trim()) return []
  const parts = text.split(/[,，、;；]/).map((part) => /^\s*(\d{1,2}:\d{2})\s*[-–—~至到]\s*(\d{1,2}:\d{2})\s*$/.exec(part))
  if (parts.some((part) => part === null)) return null
  return parts.map((part) => [padded(part?.[1]), padded(part?.[2])])
}

export const hoursText = (hours: Hours): string => hours.map(([from, to]) => `${from}–${to}`).join(', ')

const padded = (time = ''): string => time.padStart(5, '0')
