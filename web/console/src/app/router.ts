/** Pages: the frame, and in it whatever features brought. */

import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { allOf, features } from './features'
import { goWith } from './going'
import { startRealtime } from './realtime'
import { useSession } from './session'
import { settingsRoute } from './settings/route'

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    ...allOf('openRoutes').flat(),
    {
      path: '/',
      component: () => import('./shell/Shell.vue'),
      meta: { signedIn: true },
      children: [
        { path: '', redirect: '/conversations' },
        ...allOf('routes').flat(),
        settingsRoute(allOf('settings').flat()),
        { path: ':nowhere(.*)*', component: () => import('./shell/Nowhere.vue') },
      ],
    },
  ],
})

goWith(router)

let startedFor: string | null = null

router.beforeEach(async (to) => {
  if (!to.matched.some((record) => record.meta.signedIn)) return true
  const session = useSession()
  const me = await session.load()
  if (!me) return signInFrom(to)
  if (startedFor !== me.id) {
    startedFor = me.id
    await startRealtime(features, me.id, leave)
    for (const start of allOf('start')) start()
  }
  return true
})

/** The server forgot us: keep the place, ask to sign in again. */
export function leave(): void {
  useSession().forget()
  startedFor = null
  if (router.currentRoute.value.meta.signedIn) void router.replace(signInFrom(router.currentRoute.value))
}

function signInFrom(to: RouteLocationNormalized) {
  return { path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
}
