/** Naming and choosing colleagues, the same on every screen. */

export { everybodyKnown, findPeople, lookingForPeople, personWith, remember, type Person } from './people'
export { default as PersonSelect } from './PersonSelect.vue'
