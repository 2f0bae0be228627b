/** Mixing a shop's colour until it can be read; worked out here, as older phones cannot do it in their styles. */

/** What WCAG AA asks of ordinary text. */
const ENOUGH = 4.5

export function contrast(one: string, other: string): number {
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (bright + 0.05) / (dim + 0.05)
}

/** The colour itself where it stands out against the ground, otherwise as little changed as will do. */
export function legible(colour: string, ground: string, towards: string): string {
  for (let share = 1; share > 0; share -= 0.05) {
    const tried = mixed(colour, towards, share)
    if (contrast(tried, ground) >= ENOUGH) return tried
  }
  return towards
}

/** So much of one colour in another. */
export function mixed(colour: string, ground: string, share: number): string {
  const [ours, theirs] = [parts(colour), parts(ground)]
  const both = ours.map((part, at) => Math.round(part * share + (theirs[at] as number) * (1 - share)))
  return `#${both.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function luminance(colour: string): number {
  const [red, green, blue] = parts(colour).map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function parts(colour: string): number[] {
  const full = colour.length < 5 ? colour.replace(/\w/g, '$&$&') : colour
  return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16))
}
