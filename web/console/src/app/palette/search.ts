/** Which commands fit what was typed: every letter in order, closer together and earlier is better. */

import type { Command } from '../feature'

export function matching(commands: Command[], typed: string): Command[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return commands
  return commands
    .map((command) => ({ command, score: score(`${command.label} ${command.hint ?? ''}`.toLowerCase(), wanted) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((found) => found.command)
}

function score(text: string, wanted: string): number {
  const whole = text.indexOf(wanted)
  if (whole >= 0) return 1000 - whole
  let at = -1
  let spread = 0
  for (const letter of wanted) {
    const next = text.indexOf(letter, at + 1)
    if (next < 0) return 0
    spread += at < 0 ? 0 : next - at - 1
    at = next
  }
  return Math.max(1, 500 - spread)
}
