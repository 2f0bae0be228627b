/** Light, dark, or as the system says. */

import { usePreferredDark } from '@vueuse/core'
import { computed, ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

export const theme = ref<Theme>((localStorage.getItem('kefu.theme') as Theme | null) ?? 'system')

const systemDark = usePreferredDark()
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'system' && systemDark.value))

watchEffect(() => {
  document.documentElement.classList.toggle('dark', isDark.value)
  localStorage.setItem('kefu.theme', theme.value)
})
