/** Why a notification came. */

import type { Id } from '@kefu/api'
import { api } from '@/app/http'

/** `setting` names a page of the settings that decides it. */
export interface Reason {
  text: string
  setting: string | null
}

export const readReason = (notification: Id) => api.get<Reason>(`/notifications/${notification}/reason`)
