/** What is being looked for at the caret: a canned reply after `/`, a colleague after `@`. */

export interface Trigger {
  sign: '/' | '@'
  wanted: string
  start: number
  end: number
}

/** `/` opens at the very beginning or after a space; `@` anywhere, in notes. */
export function triggerAt(text: string, caret: number, note: boolean): Trigger | null {
  const before = text.slice(0, caret)
  const match = /(?:^|\s)\/([^\s/]{0,30})$/.exec(before)
  if (match) return { sign: '/', wanted: match[1] ?? '', start: caret - (match[1]?.length ?? 0) - 1, end: caret }
  const mention = note ? /@([^\s@]{0,20})$/.exec(before) : null
  return mention ? { sign: '@', wanted: mention[1] ?? '', start: mention.index, end: caret } : null
}

export function replaced(text: string, trigger: Trigger, by: string): { text: string; caret: number } {
  return { text: text.slice(0, trigger.start) + by + text.slice(trigger.end), caret: trigger.start + by.length }
}

/** What a note calls somebody, as far as the first space. */
export const names = (text: string): string[] => [...text.matchAll(/@([^\s@]{1,20})/g)].map(([, name]) => name as string)

/** Which colleagues a note names: those whose @name still stands in the text. */
export function mentioned(text: string, colleagues: { id: string; name: string }[]): string[] {
  return colleagues.filter((one) => text.includes(`@${one.name}`)).map((one) => one.id)
}
