/** What the inbox says about itself; every part may be missing. */

export interface Config {
  name: string
  greeting: string
  awayGreeting: string
  avatar: string
  colour: string
  open: boolean
  hours: string
  suggestions: string[]
  textLimit: number
  fileLimit: number
}

export function configOf(told: unknown): Config {
  const given = (told && typeof told === 'object' ? told : {}) as Record<string, unknown>
  const words = (name: string) => (typeof given[name] === 'string' ? (given[name] as string) : '')
  const figure = (name: string, otherwise: number) => (typeof given[name] === 'number' ? (given[name] as number) : otherwise)
  return {
    name: words('name'),
    greeting: words('greeting'),
    awayGreeting: words('away_greeting'),
    avatar: words('avatar'),
    colour: words('colour'),
    open: given.open !== false,
    hours: words('hours'),
    suggestions: Array.isArray(given.suggestions) ? given.suggestions.filter((item) => typeof item === 'string') : [],
    textLimit: figure('text_limit', 8000),
    fileLimit: figure('file_limit', 20 * 1024 * 1024),
  }
}
