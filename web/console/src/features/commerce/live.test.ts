import type { EventFrame } from '@kefu/api/frames'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import { orderTouched, whenTouched } from './live'

const event = (subject: string, details: Record<string, unknown> = {}) => ({ t: 'event', kind: 'order.paid', subject, details }) as unknown as EventFrame

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a page reads once for many events of its order, and not for those of others', async () => {
  const read = vi.fn()
  const scope = effectScope()
  scope.run(() => whenTouched(() => 'mine', read))

  for (const one of [event('mine'), event('parcel', { order: 'mine' }), event('other')]) orderTouched(one)
  await nextTick()
  vi.advanceTimersByTime(1000)

  expect(read).toHaveBeenCalledTimes(1)
  scope.stop()
})
