/** What is sent besides words: products, articles, choices to tap, forms to fill in. */

import { ApiError } from '@/app/http'
import { t } from '@/app/i18n'
import { safeUrl } from './bubbles/links'
import type { Outgoing } from './sending'

export interface Ware {
  id: string
  title: string
  image: string | null
  url: string | null
  price_from: number | null
  currency: string
}

export interface Question {
  label: string
  type: 'text' | 'textarea' | 'phone' | 'email' | 'number' | 'date'
  required: boolean
}

export const CHOICES_AT_MOST = 20
export const QUESTIONS_AT_MOST = 30
export const QUESTION_TYPES: Question['type'][] = ['text', 'textarea', 'phone', 'email', 'number', 'date']

/** Shops give a card's price as people read it; the catalogue keeps smallest units. */
export function productCard({ id, title, image, url, price_from, currency }: Ware): Outgoing {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: currency || 'CNY' }).resolvedOptions().maximumFractionDigits ?? 2
  const price = price_from === null ? {} : { price: price_from / 10 ** digits, currency }
  return { kind: 'product', content: { id, title, ...price, image: safeUrl(image) ?? null, url: safeUrl(url) ?? null } }
}

export function articleCard(article: { title: string; url: string; summary: string }): Outgoing {
  const url = needed('url', article.url)
  if (!safeUrl(url)) throw refused('url', t('conversations.cards.noAddress'))
  return { kind: 'article', content: { id: url, title: needed('title', article.title), summary: article.summary.trim(), url } }
}

export function choicesCard(question: string, lines: string): Outgoing {
  const text = needed('text', question)
  const labels = [...new Set(lines.split('\n').map((line) => line.trim()).filter(Boolean))]
  if (labels.length === 0) throw refused('options', t('conversations.cards.needed'))
  if (labels.length > CHOICES_AT_MOST) throw refused('options', t('conversations.cards.tooMany', { count: CHOICES_AT_MOST }))
  return { kind: 'choices', text, content: { options: labels.map((label, index) => ({ id: `o${index + 1}`, label: label.slice(0, 200) })) } }
}

export function formCard(intro: string, questions: Question[]): Outgoing {
  const asked = questions.filter((question) => question.label.trim())
  if (asked.length === 0) throw refused('fields', t('conversations.cards.needed'))
  const fields = asked.map(({ label, type, required }, index) => ({ name: `f${index + 1}`, label: label.trim(), type, required }))
  return { kind: 'form', text: intro.trim(), content: { fields } }
}

function needed(field: string, value: string): string {
  const words = value.trim()
  if (!words) throw refused(field, t('conversations.cards.needed'))
  return words
}

/** As the server would say it, so that it stands at its field. */
const refused = (field: string, title: string) => new ApiError({ title, status: 422, code: 'needed', field })
