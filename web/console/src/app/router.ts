/** Pages: the frame, and in it whatever features brought. */

import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { showPlace } from './attention'
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
router.afterEach((to) => showPlace(labelOf(to.path)))

/** The word of the page in the navigation or the settings to which this address belongs. */
function labelOf(path: string): string {
  const known = [
    ...allOf('navigation').flat().map((item) => ({ path: item.to, label: item.label })),
    ...allOf('settings').flat().map((page) => ({ path: `/settings/${page.path}`, label: page.label })),
    { path: '/settings', label: 'app.settings.title' },
  ]
  const here = known.filter((one) => path === one.path || path.startsWith(`${one.path}/`))
  return here.sort((a, b) => b.path.length - a.path.length)[0]?.label ?? ''
}

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
