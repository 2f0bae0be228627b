/** Whether the sheet of shortcuts is open. */

import { ref } from 'vue'

export const helpOpen = ref(false)
