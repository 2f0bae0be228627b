/** Who is signed in, and what they may do. */

import { closestLocale, type Locale } from '@kefu/kit/i18n'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ApiError } from './http'
import { useLanguage } from './i18n'
import { theme, type Theme } from './theme'

export interface Preferences {
  sound?: boolean
  desktop?: boolean
  shortcuts?: boolean
  enter_sends?: boolean
}

export interface Me {
  id: string
  name: string
  email: string
  avatar: string | null
  role: string
  permissions: string[]
  scope: 'own' | 'team' | 'all'
  teams: { id: string; name: string }[]
  locale: Locale
  theme: Theme
  preferences: Preferences
  availability: Availability
}

export type Availability = 'online' | 'busy' | 'away' | 'offline'

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)

  const preferences = computed<Preferences>(() => ({
    sound: true,
    desktop: false,
    shortcuts: true,
    enter_sends: true,
    ...me.value?.preferences,
  }))

  /** Asks the server once; an absent server is not the same as being signed out. */
  async function load(): Promise<Me | null> {
    if (known.value) return me.value
    try {
      await welcome((await api.get<{ agent: Me }>('/session')).agent)
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.problem.status === 401)) throw thrown
      known.value = true
    }
    return me.value
  }

  async function signIn(email: string, password: string, code?: string): Promise<void> {
    const { agent } = await api.post<{ agent: Me }>('/session', { email, password, ...(code ? { code } : {}) })
    await welcome(agent)
  }

  async function signOut(): Promise<void> {
    await api.delete('/session')
    forget()
  }

  async function welcome(agent: Me): Promise<void> {
    me.value = agent
    known.value = true
    theme.value = agent.theme ?? theme.value
    await useLanguage(agent.locale ?? closestLocale(navigator.languages))
  }

  function forget(): void {
    me.value = null
    known.value = true
  }

  function may(permission: string | undefined): boolean {
    return permission === undefined || (me.value?.permissions.includes(permission) ?? false)
  }

  /** Shown at once; put back when the server refuses. */
  async function change(wanted: Partial<Pick<Me, 'locale' | 'theme' | 'preferences' | 'availability' | 'name'>>) {
    if (!me.value) return
    const before = me.value
    const preferences = { ...me.value.preferences, ...wanted.preferences }
    me.value = { ...me.value, ...wanted, preferences }
    if (wanted.theme) theme.value = wanted.theme
    if (wanted.locale) await useLanguage(wanted.locale)
    try {
      await api.patch('/profile', wanted)
    } catch (thrown) {
      me.value = before
      theme.value = before.theme
      await useLanguage(before.locale)
      throw thrown
    }
  }

  return { me, known, preferences, load, signIn, signOut, forget, may, change }
})
