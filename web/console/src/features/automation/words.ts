/** What is asked for, in words; what nobody has put into words stays as it is. */

type Say = (key: string) => string

export function whatWords(what: string, t: Say, te: (key: string) => boolean): string {
  const key = `automation.what.${what}`
  return te(key) ? t(key) : what
}
