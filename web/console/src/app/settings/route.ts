/** The settings pages of all features under one frame. */

import type { RouteRecordRaw } from 'vue-router'
import type { SettingsPage } from '../feature'

export function settingsRoute(pages: SettingsPage[]): RouteRecordRaw {
  return {
    path: 'settings',
    component: () => import('./SettingsFrame.vue'),
    children: [
      { path: '', component: () => import('./SettingsStart.vue') },
      ...pages.map((page) => ({
        path: page.path,
        component: page.component as () => Promise<never>,
        meta: { permission: page.permission, title: page.label },
      })),
    ],
  }
}
