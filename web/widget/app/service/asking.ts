/** What the page asks of the desk, and in which form the answers come. */

export interface Refusal {
  title: string
  code: string
  field?: string
  status: number
}

export interface OwnOrder {
  id: string
  number: string
  shop: string
  status: string
  currency: string
  total_amount: number
  paid_amount: number
  refunded_amount: number
  placed_at: string
  promised_by: string | null
  recipient: string | null
  phone: string | null
  province: string | null
  city: string | null
  district: string | null
  steps: { name: string; at: string | null }[]
  lines: { id: string; title: string; specs: Record<string, string>; sku: string | null; quantity: number; amount: number; image: string | null }[]
  shipments: { direction: string; carrier: string | null; tracking_number: string | null; status: string; scans: { at: string; place: string | null; text: string | null; status: string | null }[] }[]
  refunds: { id: string; amount: number; reason: string; status: string; requested_at: string }[]
  invoices: { id: string; title: string; state: string; number: string | null; amount: number }[]
  changes: { id: string; kind: string; state: string; decision_note: string; refusal: string | null; requested_at: string }[]
  windows: { kind: string; is_open: boolean; closes_at: string | null; special: boolean }[]
  cancel_reasons: string[]
}

const base = new URL('../api/v1/service/', location.href).href
const session = { token: '' }

export const leave = () => (session.token = '')
/** Come in with what opens one order. */
export const enter = (token: string) => (session.token = token)

export const ask = <T>(method: string, path: string, body?: unknown): Promise<T> =>
  send<T>(method, path, body === undefined ? null : JSON.stringify(body), { 'Content-Type': 'application/json' })

/** A body as it is: a form names its own type. */
export async function send<T>(method: string, path: string, body: BodyInit | null, headers: Record<string, string> = {}): Promise<T> {
  if (session.token) headers.Authorization = `Bearer ${session.token}`
  const answer = await fetch(base + path, { method, headers, body }).catch(() => null)
  if (answer?.ok) return answer.json() as Promise<T>
  const problem = (await answer?.json().catch(() => null)) as Partial<Refusal> | null
  throw { title: '', code: answer ? 'unknown' : 'offline', status: answer?.status ?? 0, ...problem } satisfies Refusal
}

export const askForCode = (number: string, tail: string) => ask<{ code_id: string; expires_at: string }>('POST', 'codes', { number, phone_tail: tail })

export async function prove(code_id: string, code: string): Promise<boolean> {
  const proof = await ask<{ token: string | null }>('POST', 'proofs', { code_id, code })
  session.token = proof.token ?? ''
  return proof.token !== null
}

export const ownOrder = () => ask<OwnOrder>('GET', 'order')
export const change = (body: Record<string, unknown>) => ask<OwnOrder>('POST', 'order/changes', body)
export const withdraw = (id: string) => ask<OwnOrder>('PUT', `order/changes/${id}/withdrawal`)
export const invoice = (body: Record<string, unknown>) => ask<OwnOrder>('POST', 'order/invoices', body)
