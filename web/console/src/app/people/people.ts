/** Colleagues as screens name them and look for them: found by the server, remembered by their id. */

import type { Id, Page } from '@kefu/api'
import { computed, reactive, ref, shallowRef } from 'vue'
import { api } from '../http'
import { failed } from '../say'

export interface Person {
  id: Id
  name: string
  avatar?: string | null
  availability?: 'online' | 'busy' | 'away' | 'offline'
}

const FOUND = 20
const AGAIN_AFTER = 60_000
const known = reactive(new Map<Id, Person>())
const askedAt = new Map<Id, number>()

/** Who fits these letters: of a name, its pinyin or an address; the first by name without any. */
export async function findPeople(q: string): Promise<Person[]> {
  const { items } = await api.get<Page<Person>>('/agents', { q, limit: FOUND })
  remember(items)
  return items
}

export function remember(people: Person[]): void {
  for (const one of people) known.set(one.id, { ...known.get(one.id), ...one })
}

export const everybodyKnown = (): Person[] => [...known.values()]

/** Somebody by their id; who is not known yet is read, and is there once that is done. */
export function personWith(id: Id): Person | undefined {
  if (!known.has(id) && Date.now() - (askedAt.get(id) ?? 0) > AGAIN_AFTER) {
    askedAt.set(id, Date.now())
    api.get<Person>(`/agents/${id}`).then((person) => remember([person]), () => undefined)
  }
  return known.get(id)
}

/** What a picker shows: those who must stay in sight, then whom the server found last. */
export function lookingForPeople(kept: () => Id[]) {
  const found = shallowRef<Person[]>([])
  const looking = ref(false)
  let turn = 0

  async function look(q: string): Promise<void> {
    const mine = ++turn
    looking.value = true
    const people = await findPeople(q).catch(failed)
    if (mine !== turn) return
    looking.value = false
    if (people) found.value = people
  }

  const people = computed(() => [
    ...kept().filter((id) => !found.value.some((one) => one.id === id)).map((id) => personWith(id) ?? { id, name: id }),
    ...found.value,
  ])
  return { people, looking, look }
}
