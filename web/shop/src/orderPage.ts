/** What one ordered, how far it is, and a way to ask about it. */

import { chat, signedIn } from './chat'
import { el } from './dom'
import { askWho, page } from './frame'
import { type Good, goodOf, pageOf, pictureOf } from './goods'
import { dayOf, say, yuan } from './language'
import { type Order, states } from './orders'
import { words } from './words'

const person = signedIn()
const DAY = 86_400_000

if (person) {
  page(
    say(words.orders),
    el('section', { class: 'wide narrow' }, el('h1', {}, say(words.orders)), ...person.orders.map(card)),
  )
  const [newest] = person.orders
  if (newest) chat.order(told(newest))
} else {
  page(
    say(words.orders),
    el(
      'section',
      { class: 'wide none' },
      el('h1', {}, say(words.needed)),
      el('p', { class: 'faint' }, say(words.neededHint)),
      el('button', { class: 'solid', onclick: askWho }, say(words.signIn)),
    ),
  )
}

function items(order: Order): { good: Good; pieces: number }[] {
  return order.items.flatMap(({ id, pieces }) => {
    const good = goodOf(id)
    return good ? [{ good, pieces }] : []
  })
}

function amount(order: Order): number {
  return items(order).reduce((sum, { good, pieces }) => sum + good.price * pieces, 0)
}

function told(order: Order): object {
  const [first] = items(order)
  return {
    id: order.number,
    number: order.number,
    status: say(states[order.state]),
    amount: amount(order),
    currency: 'CNY',
    image: first ? pictureOf(first.good) : undefined,
    url: `./orders.html#${order.number}`,
  }
}

function card(order: Order): HTMLElement {
  const placed = new Date(Date.now() - order.daysAgo * DAY)
  const ask = () => {
    chat.order(told(order))
    chat.open()
  }
  return el(
    'article',
    { class: 'order', id: order.number },
    el('header', {}, el('span', {}, `${say(words.placed)} ${dayOf(placed)} · `, el('span', { class: 'number' }, order.number)), el('b', { class: `state ${order.state}` }, say(states[order.state]))),
    ...items(order).map(({ good, pieces }) =>
      el(
        'a',
        { class: 'item', href: pageOf(good) },
        el('img', { src: pictureOf(good), alt: '', width: 72, height: 72 }),
        el('span', {}, say(good.title), el('small', { class: 'faint' }, `${yuan(good.price)} × ${pieces}`)),
      ),
    ),
    el('p', { class: 'note' }, say(order.note)),
    el('footer', {}, el('span', {}, `${say(words.total)} `, el('strong', {}, yuan(amount(order)))), el('button', { class: 'quiet', onclick: ask }, say(words.askOrder))),
  )
}
