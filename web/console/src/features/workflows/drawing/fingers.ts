/** Fingers on a drawing: one moves it, two zoom it. bpmn-js itself knows only mouse and keyboard. */

import type { Canvas } from './services'

interface Point {
  x: number
  y: number
}

const MOST = 4
const LEAST = 0.2
export const within = (zoom: number): number => Math.min(MOST, Math.max(LEAST, zoom))

/** Returns what ends it. */
export function listenToFingers(frame: HTMLElement, canvas: Canvas): () => void {
  const fingers = new Map<number, Point>()
  const between = ([one, other = one]: Point[]): Point & { apart: number } => {
    const [a, b] = [one as Point, other as Point]
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) }
  }

  function put(event: PointerEvent) {
    if (event.pointerType === 'touch' && fingers.size < 2) fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
  }

  function move(event: PointerEvent) {
    if (!fingers.has(event.pointerId)) return
    const before = between([...fingers.values()])
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    const now = between([...fingers.values()])
    canvas.scroll({ dx: now.x - before.x, dy: now.y - before.y })
    if (before.apart === 0 || now.apart === 0) return
    const { left, top } = frame.getBoundingClientRect()
    canvas.zoom(within((canvas.zoom() * now.apart) / before.apart), { x: now.x - left, y: now.y - top })
  }

  const lift = (event: PointerEvent) => fingers.delete(event.pointerId)

  frame.addEventListener('pointerdown', put)
  frame.addEventListener('pointermove', move)
  frame.addEventListener('pointerup', lift)
  frame.addEventListener('pointercancel', lift)
  return () => {
    frame.removeEventListener('pointerdown', put)
    frame.removeEventListener('pointermove', move)
    frame.removeEventListener('pointerup', lift)
    frame.removeEventListener('pointercancel', lift)
  }
}
