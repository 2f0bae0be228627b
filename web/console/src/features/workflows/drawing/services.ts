/** The parts of bpmn-js that Kefu calls, and the colours it draws with. */

export interface Element {
  id: string
  type: string
  businessObject: Business
  parent?: Element
  source?: Element
  target?: Element
}

/** A moddle object: what an element means, as it is written to the file. */
export interface Business {
  id: string
  $type: string
  name?: string
  get(name: string): unknown
  set(name: string, value: unknown): void
  [name: string]: unknown
}

export interface Canvas {
  zoom(level?: number | 'fit-viewport', center?: 'auto' | { x: number; y: number }): number
  scroll(by: { dx: number; dy: number }): void
  addMarker(element: string, marker: string): void
  removeMarker(element: string, marker: string): void
  scrollToElement(element: string, padding?: number): void
}

export interface Overlays {
  add(element: string, overlay: { position: Record<string, number>; html: HTMLElement }): string
  clear(): void
}

export interface Registry {
  get(id: string): Element | undefined
  filter(wanted: (element: Element) => boolean): Element[]
}

export interface Modeling {
  updateProperties(element: Element, properties: Record<string, unknown>): void
  updateModdleProperties(element: Element, moddle: unknown, properties: Record<string, unknown>): void
}

export interface Moddle {
  create(type: string, values?: Record<string, unknown>): Business
}

export interface Selection {
  select(element: Element | null): void
}

/** Tokens, so that both themes are right without drawing again. */
export const COLOURS = { defaultFillColor: 'var(--k-surface)', defaultStrokeColor: 'var(--k-text-2)', defaultLabelColor: 'var(--k-text)' }
