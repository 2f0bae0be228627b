/** How far the visitor has read, for desks that do not say; lasts as long as the frame may store. */

export function seenBefore(inbox: string) {
  const key = `kefu:seen:${inbox}`
  return {
    read(conversation: string | undefined): number | null {
      try {
        const [id, seq] = (localStorage.getItem(key) ?? '').split(' ')
        return conversation && id === conversation ? Number(seq) : null
      } catch {
        return null
      }
    },
    write(conversation: string, seq: number): void {
      try {
        localStorage.setItem(key, `${conversation} ${seq}`)
      } catch {
        // Blocked: everything counts as read when the page comes back.
      }
    },
  }
}
