/** The visitor's token, kept first-party on the shop's own origin: frames may have no storage. */

export interface Visitor {
  token: string
  conversation: boolean
}

export interface Keeping {
  read(): Visitor | null
  write(visitor: Visitor | null): void
  key: string
}

export function keeping(inbox: string, stores: Array<() => Storage> = browserStores): Keeping {
  const key = `kefu:${inbox}`
  let memory: string | null = null

  return {
    key,
    read() {
      for (const store of stores) {
        try {
          const found = parse(store().getItem(key))
          if (found) return found
        } catch {
          // Blocked by the browser's settings: the next store may answer.
        }
      }
      return parse(memory)
    },
    write(visitor) {
      memory = visitor && JSON.stringify(visitor)
      for (const store of stores) {
        try {
          if (memory === null) store().removeItem(key)
          else return store().setItem(key, memory)
        } catch {
          // Full or blocked: the next store may take it, memory always does.
        }
      }
    },
  }
}

const browserStores = [() => window.localStorage, () => window.sessionStorage]

function parse(kept: string | null): Visitor | null {
  try {
    const { token, conversation } = JSON.parse(kept ?? '{}')
    return typeof token === 'string' ? { token, conversation: !!conversation } : null
  } catch {
    return null
  }
}
