import { describe, expect, test } from 'vitest'
import { pieces, safeUrl } from './bubbles/links'
import { mentioned, replaced, triggerAt } from './composer/trigger'
import { firstValue } from '@/app/conditions/tree'
import { fieldInfos } from './conditions'
import { aMessage, aRow, at, byAgent } from './factories'
import { aFilter, belongs, inOrder } from './listing'
import { marked } from './marking'
import { snoozes } from './moments'
import { isRecallable, shown } from './thread'

const me = { id: 'a1', teams: ['t1'] }

describe('lists', () => {
  test('a conversation belongs to the views it fits', () => {
    const row = aRow({ status: 'waiting', assignee: null })

    expect(belongs(row, aFilter({ view: 'mine' }), me)).toBe(false)
    expect(belongs(row, aFilter({ view: 'waiting' }), me)).toBe(true)
    expect(belongs(row, aFilter({ view: 'team' }), me)).toBe(true)
    expect(belongs(row, aFilter({ view: 'all' }), me)).toBe(true)
  })

  test('a closed one leaves lists that did not ask for it', () => {
    const row = aRow({ status: 'closed' })

    expect(belongs(row, aFilter({ view: 'mine' }), me)).toBe(false)
    expect(belongs(row, aFilter({ view: 'mine', status: 'closed' }), me)).toBe(true)
  })

  test('only the server knows whether it fits a saved view', () => {
    expect(belongs(aRow(), aFilter({ view: '0190-saved' }), me)).toBeNull()
  })

  test('those who wait are sorted by how long they wait, others by what happened last', () => {
    const early = aRow({ id: 'c1', updated_at: at(9), waiting_since: at(1) })
    const late = aRow({ id: 'c2', updated_at: at(5), waiting_since: at(2) })

    expect(inOrder([late, early], 'waiting').map((row) => row.id)).toEqual(['c1', 'c2'])
    expect(inOrder([late, early], 'mine').map((row) => row.id)).toEqual(['c1', 'c2'])
    expect(inOrder([{ ...late, updated_at: at(10) }, early], 'mine').map((row) => row.id)).toEqual(['c2', 'c1'])
  })
})

describe('threads', () => {
  test('messages of one sender within three minutes form a group', () => {
    const items = shown([aMessage(1), aMessage(2), aMessage(3, byAgent), aMessage(9, byAgent)])

    expect(items.map((item) => [item.first, item.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ])
    expect(items.map((item) => item.newDay)).toEqual([true, false, false, false])
  })

  test('one can recall only what is one’s own, and only for two minutes', () => {
    const mine = aMessage(1, byAgent)
    const now = Date.parse(mine.at)

    expect(isRecallable(mine, 'a1', now + 60_000)).toBe(true)
    expect(isRecallable(mine, 'a1', now + 121_000)).toBe(false)
    expect(isRecallable(aMessage(1), 'a1', now)).toBe(false)
    expect(isRecallable({ ...mine, recalled: true }, 'a1', now)).toBe(false)
  })

  test('addresses become links, everything else stays text', () => {
    expect(pieces('看 https://a.example/x?y=1，谢谢')).toEqual([
      { text: '看 ' },
      { text: 'https://a.example/x?y=1', url: 'https://a.example/x?y=1' },
      { text: '，谢谢' },
    ])
    expect(safeUrl('javascript:alert(1)')).toBeUndefined()
    expect(safeUrl('/api/v1/files/1/a.png')).toBe('/api/v1/files/1/a.png')
  })

  test('found words are marked, with a little of what stands before', () => {
    expect(marked('我的快递', [[2, 4]])).toEqual([{ text: '我的', hit: false }, { text: '快递', hit: true }])
    expect(marked('😀快递', [[1, 3]])).toEqual([{ text: '😀', hit: false }, { text: '快递', hit: true }])
    expect(marked(`${'很'.repeat(50)}快递`, [[50, 52]])[0]).toEqual({ text: '…', hit: false })
    expect(marked('没有', [])).toEqual([{ text: '没有', hit: false }])
  })
})

describe('the composer', () => {
  test('a slash opens canned replies at the beginning or after a space, not in an address', () => {
    expect(triggerAt('/退', 2, false)).toMatchObject({ sign: '/', wanted: '退' })
    expect(triggerAt('您好 /', 4, false)).toMatchObject({ sign: '/', wanted: '' })
    expect(triggerAt('https://a/b', 11, false)).toBeNull()
  })

  test('colleagues are offered after @ in notes only', () => {
    expect(triggerAt('请@李', 3, true)).toMatchObject({ sign: '@', wanted: '李' })
    expect(triggerAt('请@李', 3, false)).toBeNull()
  })

  test('choosing replaces what was looked for', () => {
    const trigger = triggerAt('您好 /退', 5, false)

    expect(trigger && replaced('您好 /退，再见', trigger, '可以退货')).toEqual({ text: '您好 可以退货，再见', caret: 7 })
  })

  test('a note mentions those whose name still stands in it', () => {
    const people = [{ id: '1', name: '李娜' }, { id: '2', name: '王磊' }]

    expect(mentioned('@李娜 看一下', people)).toEqual(['1'])
  })

  test('snoozing offers only moments still to come', () => {
    const evening = new Date(2026, 2, 12, 20, 0)

    expect(snoozes(evening).map((choice) => choice.key)).toEqual(['hour', 'tomorrow', 'monday'])
    expect(snoozes(evening).every((choice) => choice.at > evening)).toBe(true)
  })
})

describe('saved views', () => {
  test('every field begins with a value that fits its operator', () => {
    for (const info of fieldInfos()) {
      for (const operator of info.operators) {
        const value = firstValue(info, operator)
        expect(operator === 'is_set' || operator === 'is_empty' ? value === undefined : value !== undefined).toBe(true)
      }
    }
  })
})
