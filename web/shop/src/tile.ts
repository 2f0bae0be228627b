/** One product in a grid. */

import { el } from './dom'
import { type Good, pageOf, pictureOf } from './goods'
import { say, yuan } from './language'
import { words } from './words'

export const tile = (good: Good): HTMLElement =>
  el(
    'a',
    { class: 'tile', href: pageOf(good) },
    el('span', { class: 'frame' }, el('img', { src: pictureOf(good), alt: '', width: 400, height: 400, loading: 'lazy' })),
    el('b', {}, say(good.title)),
    el('span', { class: 'faint' }, say(good.line)),
    el('span', { class: 'cost' }, el('strong', {}, yuan(good.price)), good.was ? el('del', {}, yuan(good.was)) : null, el('small', {}, `${say(words.sold)} ${good.sold}`)),
  )
