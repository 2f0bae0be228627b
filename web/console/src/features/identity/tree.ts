/** Departments with their teams beneath, each under its parent, in reading order. */

import type { Department, Team } from './shapes'

export interface Branch {
  kind: 'department' | 'team'
  place: Department | Team
  depth: number
}

export function branches(departments: Department[], teams: Team[]): Branch[] {
  const known = new Set(departments.map((one) => one.id))
  const roots = departments.filter((one) => one.parent_id === null || !known.has(one.parent_id))
  return roots.flatMap((one) => department(one, departments, teams, 0))
}

function department(place: Department, all: Department[], teams: Team[], depth: number): Branch[] {
  const here = teams.filter((team) => team.department_id === place.id)
  const tops = here.filter((team) => !here.some((other) => other.id === team.parent_id))
  return [
    { kind: 'department', place, depth },
    ...tops.flatMap((team) => below(team, here, depth + 1)),
    ...all.filter((one) => one.parent_id === place.id).flatMap((one) => department(one, all, teams, depth + 1)),
  ]
}

function below(place: Team, all: Team[], depth: number): Branch[] {
  return [
    { kind: 'team', place, depth },
    ...all.filter((one) => one.parent_id === place.id).flatMap((one) => below(one, all, depth + 1)),
  ]
}
