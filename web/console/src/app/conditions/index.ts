/** Conditions: the builder that saved views, segments and automation rules share. */

export { default as ConditionGroup } from './ConditionGroup.vue'
export { choicesOf, hasShelf } from './shelves'
export { asDraft, asTree, aTest, type Draft, type FieldInfo, type Test, type Tree } from './tree'
