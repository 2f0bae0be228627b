/** The components every screen is built from. */

export { default as Avatar } from './Avatar.vue'
export { default as ClockChip } from './ClockChip.vue'
export { default as ConnectionDoctor } from './ConnectionDoctor.vue'
export { default as EmptyState } from './EmptyState.vue'
export { default as ErrorNote } from './ErrorNote.vue'
export { default as StatusChip } from './StatusChip.vue'
export { default as VirtualList } from './VirtualList.vue'
export { useNow } from './now'
