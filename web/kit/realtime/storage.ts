/** Where unsent messages wait: IndexedDB, else the tab's session storage, else memory. */

import type { OutboxEntry } from './outbox'

export interface OutboxStorage {
  load(): Promise<OutboxEntry[]>
  put(entry: OutboxEntry): Promise<void>
  remove(id: string): Promise<void>
}

export function memoryStorage(entries: OutboxEntry[] = []): OutboxStorage {
  const kept = new Map(entries.map((entry) => [entry.frame.id, entry]))
  return {
    load: async () => [...kept.values()],
    put: async (entry) => void kept.set(entry.frame.id, structuredClone(entry)),
    remove: async (id) => void kept.delete(id),
  }
}

export function sessionStorageOutbox(name: string): OutboxStorage {
  const read = (): OutboxEntry[] => JSON.parse(sessionStorage.getItem(name) ?? '[]')
  const write = (entries: OutboxEntry[]) => sessionStorage.setItem(name, JSON.stringify(entries))
  const without = (id: string) => read().filter((entry) => entry.frame.id !== id)
  return {
    load: async () => read(),
    put: async (entry) => write([...without(entry.frame.id), entry]),
    remove: async (id) => write(without(id)),
  }
}

export function indexedDbOutbox(name: string): OutboxStorage {
  const opened = open(name)
  return {
    load: async () => request((await table(opened, 'readonly')).getAll()),
    put: async (entry) => {
      const plain = JSON.parse(JSON.stringify(entry)) as OutboxEntry
      await request((await table(opened, 'readwrite')).put(plain, entry.frame.id))
    },
    remove: async (id) => {
      await request((await table(opened, 'readwrite')).delete(id))
    },
  }
}

/** The best place this browser allows; private windows and blocked storage fall through. */
export async function outboxStorage(name: string): Promise<OutboxStorage> {
  for (const make of [() => indexedDbOutbox(name), () => sessionStorageOutbox(name)]) {
    try {
      const storage = make()
      await storage.load()
      return storage
    } catch {
      continue
    }
  }
  return memoryStorage()
}

function open(name: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('outbox')
  return request(opening)
}

async function table(database: Promise<IDBDatabase>, mode: IDBTransactionMode) {
  return (await database).transaction('outbox', mode).objectStore('outbox')
}

function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error ?? new Error('IndexedDB failed'))
  })
}
