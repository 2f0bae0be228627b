/** A stand-in for the desk while one works on the widget: `node mock/desk.mjs [port]` serves `dist/` and a scripted agent. */

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { WebSocketServer } from 'ws'
import { answersTo } from './agent.mjs'

const port = Number(process.argv[2] ?? 5199)
const away = process.argv.includes('--away')
const dist = new URL('../../../dist/', import.meta.url).pathname
const visitors = new Map()
const files = new Map()
const polls = new Map()
const SYSTEM = { sender: { type: 'system', id: null, name: '' }, kind: 'system' }
const AGENT = { type: 'agent', id: 'a1', name: '林小雨', avatar: null }
const config = {
  name: '山野集',
  greeting: '您好，欢迎来到山野集。商品、订单和退换货的问题，都可以问我们。',
  hours: '每天 9:00–21:00',
  suggestions: ['我的订单到哪了？', '怎么退换货？', '可以开发票吗？'],
}
let made = 0
const id = () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`
const now = () => new Date().toISOString()

function visitorOf(token) {
  const known = visitors.get(token)
  if (known) return known
  const visitor = { id: id(), token: `mock-${id()}`, conversation: null, messages: [], lines: new Set() }
  visitors.set(visitor.token, visitor)
  return visitor
}

const opened = (visitor) => (visitor.conversation ??= { id: id(), status: 'waiting', last_seq: 0, agent: null })

function tell(visitor, frame, except) {
  for (const line of visitor.lines) if (line !== except) line(frame)
}

function post(visitor, message, except) {
  const row = opened(visitor)
  const whole = { text: '', content: null, reply_to: null, recalled: false, status: 'sent', at: now(), ...message }
  Object.assign(whole, { id: message.id ?? id(), conversation: row.id, seq: ++row.last_seq })
  visitor.messages.push(whole)
  tell(visitor, event(visitor, whole.sender.type === 'customer' ? 'message.received' : 'message.sent', whole), except)
  return whole
}

const event = (visitor, kind, data) => ({
  t: 'event', kind, subject: data.id, conversation: visitor.conversation.id, seq: data.seq ?? null, at: now(), details: {}, data,
})

function change(visitor, changes, kind) {
  Object.assign(visitor.conversation, changes, { last_seq: visitor.conversation.last_seq + 1 })
  const { id: subject, last_seq: seq } = visitor.conversation
  tell(visitor, { ...event(visitor, kind, { ...visitor.conversation }), subject, seq })
}

async function answer(visitor, said) {
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time))
  for (const step of answersTo(said)) {
    await wait(300)
    if (step.change) change(visitor, step.change, step.kind)
    else if (step.recall) {
      const last = visitor.messages.findLast(({ sender }) => sender.type === 'agent')
      Object.assign(last, { recalled: true, text: '' })
      visitor.conversation.last_seq += 1
      tell(visitor, { ...event(visitor, 'message.recalled', last), seq: visitor.conversation.last_seq })
    } else {
      if (!step.sender) {
        tell(visitor, { t: 'seen', conversation: visitor.conversation.id, by: 'agent', seq: visitor.conversation.last_seq })
        tell(visitor, { t: 'typing', conversation: visitor.conversation.id, who: 'agent', name: AGENT.name })
        await wait(500)
      }
      post(visitor, { sender: AGENT, ...step })
    }
  }
}

const takes = {
  hello: (visitor, frame, reply) => {
    reply({ t: 'ready', server_time: now(), heartbeat: 15, visitor: { id: visitor.id } })
    for (const one of frame.subscriptions ?? []) takes.subscribe(visitor, one, reply)
  },
  subscribe: (visitor, { conversation, seq }, reply) => {
    if (visitor.conversation?.id !== conversation) return
    const messages = visitor.messages.filter((message) => message.seq > seq)
    reply({ t: 'resumed', conversation, last_seq: visitor.conversation.last_seq, conversation_row: visitor.conversation, messages })
  },
  send: (visitor, frame, reply) => {
    const rest = { ...frame, t: undefined }
    const known = visitor.messages.find((message) => message.id === frame.id)
    if (frame.text === '敏感') return reply({ t: 'error', id: frame.id, problem: { title: 'No', status: 422, code: 'sensitive' } })
    const message = known ?? post(visitor, { ...rest, sender: { type: 'customer', id: visitor.id, name: '' } }, reply)
    reply({ t: 'ack', id: frame.id, conversation: message.conversation, seq: message.seq, at: message.at })
    if (!known) void answer(visitor, message)
  },
}

const routes = {
  session: (body) => {
    const visitor = visitorOf(body.token)
    const { token, conversation, messages } = visitor
    return { token, visitor: { id: visitor.id }, conversation, messages, config: { ...config, open: !away } }
  },
  conversations: (_, visitor) => ({ conversation: opened(visitor) }),
  human: (_, visitor) => (post(visitor, { ...SYSTEM, content: { code: 'human_requested' } }), visitor.conversation),
  context: () => null,
  rating: (body, visitor) => (post(visitor, { ...SYSTEM, content: { code: 'rated' } }), body),
  'offline-form': (body, visitor) => {
    opened(visitor)
    post(visitor, { sender: { type: 'customer', id: visitor.id, name: body.name }, kind: 'text', text: body.text })
    return { conversation: visitor.conversation }
  },
}

async function handle(request, reply) {
  const url = new URL(request.url, 'http://desk')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  const send = (body, status = 200) => reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (url.pathname === '/shop/api/config') return send({ inbox: 'demo' })
  if (url.pathname === '/shop/api/identity') return send({ external_id: url.searchParams.get('user'), name: '', hash: 'mock' })
  if (url.pathname.startsWith('/api/v1/files/')) return sendFile(reply, url.pathname.split('/')[4])
  if (url.pathname === '/api/v1/socket/poll') return poll(JSON.parse(raw), send)
  const name = /^\/api\/v1\/widget\/[^/]+\/(.+)$/.exec(url.pathname)?.[1]
  if (!name) return serve(url.pathname, reply)
  const visitor = visitors.get((request.headers.authorization ?? '').slice(7))
  if (name === 'files') return send(keep(raw, request.headers['content-type']))
  if (!routes[name]) return send({ title: 'Not found', status: 404, code: 'not_found' }, 404)
  return send(routes[name](raw.length ? JSON.parse(raw) : {}, visitor))
}

function keep(raw, type) {
  const mark = `\r\n--${/boundary=(.+)$/.exec(type)[1]}`
  const text = raw.toString('latin1')
  const from = text.indexOf('\r\n\r\n') + 4
  const head = raw.toString('utf8', 0, from)
  const file = { body: raw.subarray(from, text.indexOf(mark, from)), type: /Content-Type: (\S+)/i.exec(head)?.[1] ?? 'application/octet-stream' }
  const name = /filename="([^"]*)"/.exec(head)?.[1] ?? 'file'
  const key = id()
  files.set(key, file)
  return { file: key, name, type: file.type, size: file.body.length, url: `/api/v1/files/${key}/${encodeURIComponent(name)}` }
}

function sendFile(reply, key) {
  const file = files.get(key)
  return file ? reply.writeHead(200, { 'content-type': file.type }).end(file.body) : reply.writeHead(404).end()
}

function poll({ session, frames }, send) {
  const key = session ?? id()
  const line = polls.get(key) ?? { visitor: null, waiting: [], wake: null }
  polls.set(key, line)
  const push = (frame) => (line.waiting.push(frame), line.wake?.())
  for (const frame of frames) {
    if (frame.t === 'hello') (line.visitor = visitorOf(frame.token)).lines.add(push)
    takes[frame.t]?.(line.visitor, frame, push)
  }
  const flush = () => send({ session: key, frames: line.waiting.splice(0) })
  if (frames.length || line.waiting.length) return flush()
  const timer = setTimeout(() => line.wake?.(), 20_000)
  line.wake = () => (clearTimeout(timer), (line.wake = null), flush())
}

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' }

function serve(path, reply) {
  const asked = path === '/widget.js' ? '/widget/widget.js' : path === '/' ? '/shop/' : path
  let file = join(dist, normalize(decodeURIComponent(asked)))
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html')
  if (!existsSync(file)) return reply.writeHead(404).end('Not found')
  reply.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(reply)
}

const server = createServer((request, reply) => void handle(request, reply).catch((error) => reply.writeHead(500).end(String(error))))
new WebSocketServer({ server, path: '/api/v1/socket' }).on('connection', (socket) => {
  let visitor = null
  const line = (frame) => socket.send(JSON.stringify(frame))
  socket.on('message', (data) => {
    const frame = JSON.parse(data)
    if (frame.t === 'hello') (visitor = visitorOf(frame.token)).lines.add(line)
    if (visitor) takes[frame.t]?.(visitor, frame, line)
  })
  socket.on('close', () => visitor?.lines.delete(line))
})
server.listen(port, '127.0.0.1')
