/** Every feature there is, found by its folder. */

import type { Feature } from './feature'

const modules = import.meta.glob<{ default: Feature }>('../features/*/index.ts', { eager: true })

export const features: Feature[] = Object.values(modules).map((module) => module.default)

export function allOf<K extends keyof Feature>(key: K): NonNullable<Feature[K]>[] {
  return features.flatMap((feature) => (feature[key] ? [feature[key] as NonNullable<Feature[K]>] : []))
}
