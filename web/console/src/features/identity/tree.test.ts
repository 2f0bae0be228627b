import { expect, test } from 'vitest'
import type { Department, Team } from './shapes'
import { branches } from './tree'

const department = (id: string, parent_id: string | null = null): Department => ({ id, name: id, parent_id, head_id: null })
const team = (id: string, department_id: string, parent_id: string | null = null): Team => ({ id, name: id, parent_id, head_id: null, department_id, members: 1 })

test('teams stand under their department, parts under their whole', () => {
  const rows = branches([department('service'), department('care', 'service')], [team('one', 'service'), team('night', 'service', 'one'), team('vip', 'care')])

  expect(rows.map((row) => [row.place.id, row.depth])).toEqual([
    ['service', 0],
    ['one', 1],
    ['night', 2],
    ['care', 1],
    ['vip', 2],
  ])
})

test('a department whose parent is not visible is a root', () => {
  expect(branches([department('a', 'gone')], []).map((row) => row.depth)).toEqual([0])
})
