import { beforeEach, expect, test } from 'vitest'
import { listenToFingers } from './fingers'
import type { Canvas } from './services'

let frame: HTMLElement
let moved: { dx: number; dy: number }[]
let zoom: number
let centre: unknown
let stop: () => void

beforeEach(() => {
  frame = document.createElement('div')
  ;[moved, zoom, centre] = [[], 1, undefined]
  const canvas = {
    scroll: (by: { dx: number; dy: number }) => moved.push(by),
    zoom: (level?: number, at?: unknown) => {
      if (level !== undefined) [zoom, centre] = [level, at]
      return zoom
    },
  }
  stop = listenToFingers(frame, canvas as unknown as Canvas)
})

const touch = (type: string, pointerId: number, clientX: number, clientY: number, pointerType = 'touch') =>
  frame.dispatchEvent(Object.assign(new Event(type), { pointerId, clientX, clientY, pointerType }))

test('one finger moves the drawing', () => {
  touch('pointerdown', 1, 10, 10)
  touch('pointermove', 1, 30, 5)

  expect(moved).toEqual([{ dx: 20, dy: -5 }])
  expect(zoom).toBe(1)
})

test('two fingers zoom around what is between them, and not without end', () => {
  touch('pointerdown', 1, 0, 0)
  touch('pointerdown', 2, 100, 0)
  touch('pointermove', 2, 200, 0)

  expect(zoom).toBe(2)
  expect(centre).toEqual({ x: 100, y: 0 })

  touch('pointermove', 2, 20_000, 0)
  expect(zoom).toBe(4)
})

test('a mouse, a lifted finger and a drawing that has gone move nothing', () => {
  touch('pointerdown', 1, 0, 0, 'mouse')
  touch('pointermove', 1, 50, 0, 'mouse')
  touch('pointerdown', 2, 0, 0)
  touch('pointerup', 2, 0, 0)
  touch('pointermove', 2, 50, 0)
  touch('pointerdown', 3, 0, 0)
  stop()
  touch('pointermove', 3, 50, 0)

  expect(moved).toEqual([])
})
