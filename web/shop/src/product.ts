/** One product: the picture, the price, the facts, and a way to ask. */

import { chat, toast } from './chat'
import { el } from './dom'
import { page } from './frame'
import { type Good, goodOf, goods, pageOf, pictureOf } from './goods'
import { say, yuan } from './language'
import { tile } from './tile'
import { words } from './words'

const good = goodOf(new URLSearchParams(location.search).get('id'))

if (good) {
  page(say(good.title), view(good))
  chat.product({
    id: good.id,
    title: say(good.title),
    price: good.price,
    currency: 'CNY',
    image: pictureOf(good),
    url: pageOf(good),
  })
} else {
  page(
    say(words.missing),
    el('section', { class: 'wide none' }, el('h1', {}, say(words.missing)), el('a', { class: 'solid', href: './' }, say(words.back))),
  )
}

function view(good: Good): HTMLElement {
  const also = goods.filter((other) => other.id !== good.id).sort((a, b) => Number(b.shelf === good.shelf) - Number(a.shelf === good.shelf))
  return el(
    'div',
    { class: 'wide' },
    el('p', { class: 'path faint' }, el('a', { href: './' }, say(words.home)), ` / ${say(words[good.shelf])}`),
    el(
      'section',
      { class: 'product' },
      el('img', { class: 'large', src: pictureOf(good), alt: say(good.title), width: 400, height: 400 }),
      el(
        'div',
        { class: 'facts' },
        el('h1', {}, say(good.title)),
        el('p', { class: 'faint' }, say(good.line)),
        el('p', { class: 'faint' }, `★ ${good.stars} · ${Math.round(good.sold / 7)} ${say(words.reviews)} · ${say(words.sold)} ${good.sold}`),
        el('p', { class: 'cost large' }, el('strong', {}, yuan(good.price)), good.was ? el('del', {}, yuan(good.was)) : null),
        choice(good),
        el(
          'div',
          { class: 'actions' },
          el('button', { class: 'solid', onclick: () => toast(say(words.toy)) }, say(words.buy)),
          el('button', { class: 'quiet', onclick: () => toast(say(words.toy)) }, say(words.cart)),
          el('button', { class: 'quiet', onclick: chat.open }, say(words.ask)),
        ),
        el('h2', {}, say(words.details)),
        el('dl', {}, ...good.facts.flatMap(([name, value]) => [el('dt', {}, say(name)), el('dd', {}, say(value))])),
      ),
    ),
    el('h2', {}, say(words.also)),
    el('div', { class: 'grid' }, ...also.slice(0, 4).map(tile)),
  )
}

function choice(good: Good): HTMLElement {
  return el(
    'fieldset',
    { class: 'choice' },
    el('legend', { class: 'faint' }, say(words.colour)),
    ...good.colours.map((colour, at) =>
      el('label', { class: 'pick' }, el('input', { type: 'radio', name: 'colour', checked: at === 0 }), say(colour)),
    ),
  )
}
