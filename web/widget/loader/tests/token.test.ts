import { expect, test } from 'vitest'
import { keeping } from '../src/token'

const blocked = () => {
  throw new DOMException('blocked', 'SecurityError')
}

function aStore(): Storage {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
}

const visitor = { token: 't', conversation: true }

test('the first store that works keeps the token, and the next page finds it', () => {
  const store = aStore()

  keeping('i', [() => store]).write(visitor)

  expect(keeping('i', [() => store]).read()).toEqual(visitor)
})

test('where local storage is blocked, the tab keeps it', () => {
  const tab = aStore()

  keeping('i', [blocked, () => tab]).write(visitor)

  expect(keeping('i', [blocked, () => tab]).read()).toEqual(visitor)
})

test('where everything is blocked, memory keeps it for this page', () => {
  const kept = keeping('i', [blocked, blocked])

  kept.write(visitor)

  expect(kept.read()).toEqual(visitor)
})

test('forgetting forgets everywhere', () => {
  const [store, tab] = [aStore(), aStore()]
  tab.setItem('kefu:i', JSON.stringify(visitor))
  const kept = keeping('i', [() => store, () => tab])
  kept.write(visitor)

  kept.write(null)

  expect(kept.read()).toBeNull()
  expect(tab.getItem('kefu:i')).toBeNull()
})

test.each(['', 'null', '[]', '{"token":7}', '{bad'])('a damaged entry (%s) counts as none', (entry) => {
  const store = aStore()
  store.setItem('kefu:i', entry)

  expect(keeping('i', [() => store]).read()).toBeNull()
})
