/** What every page of the shop shares: its head, its foot and the way to sign in. */

import './shop.css'
import './home.css'
import './pages.css'
import { bringChat, chat, signIn, signOut, signedIn } from './chat'
import { el } from './dom'
import { locale, say, switchLanguage } from './language'
import { people } from './orders'
import { words } from './words'

export function page(title: string, ...content: (Node | string)[]): void {
  document.documentElement.lang = locale
  document.title = `${title} · ${say(words.shop)}`
  document.getElementById('shop')?.replaceChildren(head(), el('main', {}, ...content), foot())
  void bringChat()
}

function head(): HTMLElement {
  const person = signedIn()
  return el(
    'header',
    { class: 'head' },
    el('a', { class: 'brand', href: './' }, el('img', { src: './mark.svg', alt: '', width: 32, height: 32 }), say(words.shop)),
    el(
      'nav',
      { 'aria-label': say(words.shop) },
      el('a', { href: './orders.html' }, say(words.orders)),
      person
        ? el('button', { class: 'link', onclick: signOut, title: say(words.signOut) }, `${say(person.name)} · ${say(words.signOut)}`)
        : el('button', { class: 'link', onclick: () => askWho() }, say(words.signIn)),
      el('button', { class: 'link', lang: locale === 'en' ? 'zh-CN' : 'en', onclick: switchLanguage }, say(words.other)),
    ),
  )
}

function foot(): HTMLElement {
  const promises = [words.promise1, words.promise2, words.promise3, words.promise4]
  return el(
    'footer',
    { class: 'foot' },
    el('ul', {}, ...promises.map((promise) => el('li', {}, say(promise)))),
    el('p', {}, el('button', { class: 'link', onclick: chat.open }, say(words.ask)), ` · ${say(words.demo)}`),
  )
}

export function askWho(): void {
  const choose = async (person: (typeof people)[number]) => {
    await signIn(person)
    location.reload()
  }
  const dialog = el(
    'dialog',
    { class: 'who', 'aria-labelledby': 'who' },
    el('h2', { id: 'who' }, say(words.who)),
    el('p', { class: 'faint' }, say(words.whoHint)),
    ...people.map((person) =>
      el(
        'button',
        { class: 'person', onclick: () => void choose(person) },
        el('span', { class: 'face', 'aria-hidden': 'true' }, person.name.zh.slice(-1)),
        el('span', {}, el('b', {}, say(person.name)), el('small', {}, say(person.line))),
      ),
    ),
    el('button', { class: 'quiet', onclick: () => dialog.close() }, say(words.close)),
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
