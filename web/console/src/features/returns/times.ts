/** The times at which a visit can still be booked. */

import { api } from '@/app/http'

export interface FreeTime {
  starts_at: string
  ends_at: string
  left: number
}

/** On site somebody comes to install; from afar somebody explains. */
export const freeTimes = (mode: 'on_site' | 'remote') => api.get<FreeTime[]>('/appointments/free-times', { kind: mode === 'on_site' ? 'installation' : 'usage', mode })
