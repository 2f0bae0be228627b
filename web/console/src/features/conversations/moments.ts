/** Moments people put things off to. */

export interface Choice {
  key: 'hour' | 'afternoon' | 'tomorrow' | 'monday'
  at: Date
}

export function snoozes(now: Date): Choice[] {
  const choices: Choice[] = [
    { key: 'hour', at: new Date(now.getTime() + 3_600_000) },
    { key: 'afternoon', at: at(now, 0, 14) },
    { key: 'tomorrow', at: at(now, 1, 9) },
    { key: 'monday', at: at(now, (8 - now.getDay()) % 7 || 7, 9) },
  ]
  return choices.filter((choice) => choice.at.getTime() > now.getTime())
}

function at(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour)
}
