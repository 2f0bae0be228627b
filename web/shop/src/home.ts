/** The front page: a view of the hills and everything on the shelves. */

import { el } from './dom'
import { page } from './frame'
import { type Shelf, goods } from './goods'
import { say } from './language'
import { tile } from './tile'
import { words } from './words'

const shelves: ('all' | Shelf)[] = ['all', 'camp', 'hike', 'wear', 'kitchen', 'light']
const grid = el('div', { class: 'grid' })

const chips = shelves.map((shelf) =>
  el('button', { class: 'pick', 'aria-pressed': 'false', onclick: () => show(shelf) }, say(words[shelf])),
)

function show(shelf: 'all' | Shelf): void {
  grid.replaceChildren(...goods.filter((good) => shelf === 'all' || good.shelf === shelf).map(tile))
  chips.forEach((chip, at) => chip.setAttribute('aria-pressed', String(shelves[at] === shelf)))
}

page(
  say(words.line),
  el(
    'section',
    { class: 'hero' },
    el('img', { src: './hero.svg', alt: '', width: 1440, height: 480 }),
    el('div', {}, el('h1', {}, say(words.line)), el('p', {}, say(words.pitch)), el('a', { class: 'solid', href: '#goods' }, say(words.look))),
  ),
  el('section', { class: 'wide', id: 'goods' }, el('div', { class: 'picks', role: 'group' }, ...chips), grid),
)
show('all')
