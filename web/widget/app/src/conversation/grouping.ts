/** Which messages stand together: one name for a run of them, one time where the talk paused. */

import { isSameDay } from '@kefu/kit/time'
import type { Line } from './talk'

export interface Row {
  line: Line
  /** A new day or a pause: the time stands above. */
  time: 'day' | 'clock' | null
  /** First of a run by the same person. */
  first: boolean
}

const PAUSE = 5 * 60_000

export function grouped(lines: readonly Line[]): Row[] {
  return lines.map((line, at) => {
    const before = lines[at - 1]
    const time = !before || !isSameDay(before.at, line.at) ? 'day' : gap(before, line) > PAUSE ? 'clock' : null
    const sameVoice = before && before.kind !== 'system' && !before.recalled && voice(before) === voice(line)
    return { line, time, first: time !== null || !sameVoice }
  })
}

const gap = (before: Line, line: Line): number => Date.parse(line.at) - Date.parse(before.at)

const voice = (line: Line): string => (line.mine ? 'me' : `${line.sender.type} ${line.sender.id}`)
