/** How a form tells its fields what the server said of them. */

import type { Problem } from '@kefu/api'
import type { InjectionKey, Ref } from 'vue'

export const FIELD_PROBLEM: InjectionKey<{ problem: Ref<Problem | null>; seen: Ref<Set<string>> }> = Symbol('field problem')
