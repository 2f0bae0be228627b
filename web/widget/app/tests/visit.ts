/** A visitor's desk with a line and an HTTP side held in the test's hands. */

import type { Message, MessageKind } from '@kefu/api'
import type { EventFrame } from '@kefu/api/frames'
import type { Known, ToLoader } from '@kefu/widget-loader/protocol'
import { mount } from '@vue/test-utils'
import { type Component, nextTick } from 'vue'
import { FakeNetwork } from '../../../kit/tests/fakes'
import type { Row } from '../src/conversation/reducers'
import { DESK, desk } from '../src/session/desk'
import { type Http, Refused } from '../src/session/http'
import { shop } from '../src/session/shop'

export const known = (changes: Partial<Known> = {}): Known => ({
  user: null,
  product: null,
  order: null,
  attributes: {},
  locale: 'zh-CN',
  theme: 'light',
  colour: '',
  ...changes,
})

export const aRow = (changes: Partial<Row> = {}): Row => ({ id: 'c1', status: 'active', last_seq: 0, agent: null, customer_seen_seq: 0, ...changes })

let made = 0
export function aMessage(seq: number, changes: Partial<Message> = {}): Message {
  return {
    id: `m${++made}`,
    conversation: 'c1',
    seq,
    sender: { type: 'agent', id: 'a1', name: '小林' },
    kind: 'text' as MessageKind,
    text: `第 ${seq} 条`,
    content: null,
    reply_to: null,
    at: new Date(Date.UTC(2026, 0, 5, 2, seq)).toISOString(),
    status: 'sent',
    recalled: false,
    ...changes,
  }
}

export const eventOf = (message: Message, kind = 'message.sent'): EventFrame => ({
  t: 'event',
  kind,
  subject: message.id,
  conversation: message.conversation,
  seq: message.seq,
  at: message.at,
  details: {},
  data: message,
})

type Answer = unknown | Refused | ((body: never) => unknown)

export const refusal = (status: number, code = 'refused') => new Refused({ title: code, status, code })

export function aVisit({ row = null as Row | null, messages = [] as Message[], config = {}, told = known() } = {}) {
  const network = new FakeNetwork()
  const asked: { path: string; body: unknown; token: string | null }[] = []
  const toLoader: ToLoader[] = []
  const answers: Record<string, Answer> = {
    '/session': { token: 'fresh', visitor: { id: `v${++made}` }, conversation: row, messages, config },
    '/conversations': { conversation: aRow({ status: 'waiting' }) },
    '/context': null,
    '/rating': null,
  }
  const http: Http = {
    token: null,
    async ask(_method, path, body) {
      asked.push({ path, body, token: http.token })
      const key = path.split('?')[0] as string
      const answer = answers[key]
      const given = typeof answer === 'function' ? answer(body as never) : answer
      if (given instanceof Refused) throw given
      return given as never
    },
    upload: async () => ({ file: 'f', name: 'a.png', type: 'image/png', size: 3, url: '/f/a.png' }) as never,
  }
  const bridge = { framed: true, start: new Promise<never>(() => {}), tell: (message: ToLoader) => void toLoader.push(message), listen() {} }
  const here = desk({ inbox: 'i', http, bridge, shop: shop(told, [], http), transports: network })

  return {
    here,
    http,
    network,
    answers,
    asked,
    toLoader,
    to: (path: string) => asked.filter((one) => one.path.split('?')[0] === path).map(({ body }) => body),
    async begin() {
      await here.start()
      await settle()
      network.last.becomeReady()
    },
    show: <Props>(component: Component, props: Props) => mount(component, { props: props as never, global: { provide: { [DESK as symbol]: here } }, attachTo: document.body }),
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
  await new Promise((resolve) => setTimeout(resolve, 0))
  await nextTick()
}
