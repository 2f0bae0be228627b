import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { heard, rereads } from './hearing'

test('many events at a time are read again once, and only by those whom they concern', () => {
  vi.useFakeTimers()
  const changes = vi.fn()
  const invoices = vi.fn()
  const screen = effectScope()
  screen.run(() => {
    rereads('order.change_', changes)
    rereads('invoice.', invoices)
  })

  heard({ kind: 'order.change_requested' })
  heard({ kind: 'order.change_executed' })
  vi.runAllTimers()
  screen.stop()
  heard({ kind: 'order.change_denied' })
  vi.runAllTimers()

  expect(changes).toHaveBeenCalledOnce()
  expect(invoices).not.toHaveBeenCalled()
  vi.useRealTimers()
})
