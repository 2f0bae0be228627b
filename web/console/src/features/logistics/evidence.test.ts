import { expect, test } from 'vitest'
import { shownEvidence } from './evidence'

const known: Record<string, string> = {
  'logistics.evidence.stage': '阶段',
  'logistics.evidence.last_move': '最后移动',
  'logistics.evidence.hours': '小时',
  'logistics.stage.in_transit': '运输中',
}

test('names, times and codes are said in words, and what has no name is left out', () => {
  const shown = shownEvidence(
    { stage: 'in_transit', last_move: '2026-03-02T04:00:00+00:00', hours: 48, secret: 'x' },
    (at) => `at ${at.slice(0, 10)}`,
    (key) => known[key] ?? key,
    (key) => key in known,
  )

  expect(shown).toEqual([
    { label: '阶段', value: '运输中' },
    { label: '最后移动', value: 'at 2026-03-02' },
    { label: '小时', value: '48' },
  ])
})
