/** `window.Kefu`: one function for the shop, usable before this file has loaded, never throwing. */

export type Handler = (detail: unknown) => void
export type Command = (...args: unknown[]) => unknown

export interface Kefu {
  (name: string, ...args: unknown[]): unknown
  q?: ArrayLike<unknown>[]
  [name: string]: unknown
}

export interface Ears {
  on(name: unknown, handler: unknown): () => void
  emit(name: string, detail?: unknown): void
}

export function ears(): Ears {
  const handlers = new Map<string, Set<Handler>>()
  const lasting = new Map<string, unknown>()

  const call = (handler: Handler, detail: unknown) => {
    try {
      handler(detail)
    } catch (error) {
      // The shop's own mistake: shown to its developer, never allowed to stop us.
      console.error('[Kefu]', error) // eslint-disable-line no-console
    }
  }
  return {
    on(name, handler) {
      if (typeof name !== 'string' || typeof handler !== 'function') return () => {}
      const set = handlers.get(name) ?? new Set()
      handlers.set(name, set.add(handler as Handler))
      if (lasting.has(name)) call(handler as Handler, lasting.get(name))
      return () => void set.delete(handler as Handler)
    },
    emit(name, detail) {
      if (name === 'ready') lasting.set(name, detail)
      for (const handler of [...(handlers.get(name) ?? [])]) call(handler, detail)
    },
  }
}

/** Puts `Kefu` on the window and runs what the shop asked for before we were here. */
export function install(commands: Record<string, Command>, emit: Ears['emit']): Kefu {
  const queued = (window as { Kefu?: Kefu }).Kefu?.q ?? []
  const kefu = ((name: string, ...args: unknown[]) => {
    try {
      const command = Object.keys(commands).includes(name) && commands[name]
      if (!command) throw `There is no command "${name}".`
      return command(...args)
    } catch (error) {
      emit('error', { code: 'command_failed', detail: String(error) })
    }
    return undefined
  }) as Kefu

  for (const name of Object.keys(commands)) kefu[name] = (...args: unknown[]) => kefu(name, ...args)
  ;(window as { Kefu?: Kefu }).Kefu = kefu
  for (const call of Array.from(queued)) {
    const [name, ...args] = Array.from(call)
    kefu(String(name), ...args)
  }
  return kefu
}
