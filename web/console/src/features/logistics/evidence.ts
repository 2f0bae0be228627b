/** Evidence as people read it: names of their own, times in words, codes translated. */

type Value = string | number | boolean
type Say = (key: string) => string

const MOMENT = /^\d{4}-\d{2}-\d{2}T/

export function shownEvidence(evidence: Record<string, Value>, time: (at: string) => string, t: Say, te: (key: string) => boolean): { label: string; value: string }[] {
  return Object.entries(evidence)
    .filter(([name]) => te(`logistics.evidence.${name}`))
    .map(([name, value]) => ({ label: t(`logistics.evidence.${name}`), value: words(value, time, t, te) }))
}

function words(value: Value, time: (at: string) => string, t: Say, te: (key: string) => boolean): string {
  if (typeof value === 'boolean') return t(value ? 'logistics.yes' : 'logistics.no')
  if (typeof value === 'number') return String(value)
  if (MOMENT.test(value)) return time(value)
  const known = ['logistics.stage', 'logistics.code', 'logistics.reason', 'logistics.saidBy'].find((group) => te(`${group}.${value}`))
  return known ? t(`${known}.${value}`) : value
}
