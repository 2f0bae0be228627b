/** Going to a page from where no component is at hand. */

import type { Router } from 'vue-router'

let router: Router | null = null

export function goWith(own: Router): void {
  router = own
}

export function go(path: string): void {
  void router?.push(path)
}

export function here(): string {
  return router?.currentRoute.value.path ?? ''
}
