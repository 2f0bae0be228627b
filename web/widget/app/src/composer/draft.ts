/** What was typed and not sent, kept for this tab: a reload loses no word. */

const KEY = 'kefu:draft'

export const draft = {
  read(inbox: string): string {
    try {
      return sessionStorage.getItem(`${KEY}:${inbox}`) ?? ''
    } catch {
      return ''
    }
  },
  write(inbox: string, text: string): void {
    try {
      if (text) sessionStorage.setItem(`${KEY}:${inbox}`, text)
      else sessionStorage.removeItem(`${KEY}:${inbox}`)
    } catch {
      // No storage: the draft lasts as long as the page.
    }
  },
}
