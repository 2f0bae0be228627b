/** Talking to the server: JSON in and out, problems as one kind of error, nothing hidden. */

import type { Problem } from '@kefu/api'

const ROOT = '/api/v1'
const ANSWER_WITHIN = 30_000

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

let signedOut: () => void = () => undefined

/** What to do when the server no longer knows us. */
export function whenSignedOut(act: () => void): void {
  signedOut = act
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    request<T>('GET', withQuery(path, query), undefined, signal),
  post: <T>(path: string, body?: unknown) => request<T>('POST', path, body),
  put: <T>(path: string, body?: unknown) => request<T>('PUT', path, body),
  patch: <T>(path: string, body?: unknown) => request<T>('PATCH', path, body),
  delete: <T>(path: string, body?: unknown) => request<T>('DELETE', path, body),
}

/** A problem from whatever was thrown, so that every screen can show it. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ApiError) return thrown.problem
  const timeout = thrown instanceof DOMException && thrown.name === 'TimeoutError'
  return { title: '', status: 0, code: timeout ? 'timeout' : 'network' }
}

export function csrfHeaders(): Record<string, string> {
  const value = /(?:^|;\s*)kefu_csrf=([^;]*)/.exec(document.cookie)?.[1]
  return value ? { 'X-CSRF-Token': decodeURIComponent(value) } : {}
}

export function withQuery(path: string, query: Query = {}): string {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (known.length === 0) return path
  return `${path}?${new URLSearchParams(known.map(([key, value]) => [key, String(value)]))}`
}

export function urlOf(path: string, query?: Query): string {
  return ROOT + withQuery(path, query)
}

async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const json = body !== undefined && !(body instanceof FormData)
  const within = AbortSignal.timeout(ANSWER_WITHIN)
  const response = await fetch(ROOT + path, {
    method,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json',
      ...(json ? { 'Content-Type': 'application/json' } : {}),
      ...(method === 'GET' ? {} : csrfHeaders()),
    },
    body: json ? JSON.stringify(body) : (body as FormData | undefined),
    signal: signal ? AbortSignal.any([signal, within]) : within,
  })
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
  const problem = await problemIn(response)
  if (response.status === 401 && path !== '/session') signedOut()
  throw new ApiError(problem)
}

async function problemIn(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || String(response.status), status: response.status, code: 'http' }
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) }
  } catch {
    return fallback
  }
}

export interface UploadedFile {
  file: string
  name: string
  type: string
  size: number
  url: string
  width?: number
  height?: number
}

/** Files go by XMLHttpRequest, because only it tells how far it is. */
export function upload(file: File, conversation: string, progress: (part: number) => void): Promise<UploadedFile> {
  const form = new FormData()
  form.set('file', file, file.name)
  form.set('conversation', conversation)
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest()
    sending.open('POST', `${ROOT}/files`)
    for (const [name, value] of Object.entries(csrfHeaders())) sending.setRequestHeader(name, value)
    sending.responseType = 'json'
    sending.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0)
    sending.onerror = () => reject(new TypeError('network'))
    sending.onload = () => {
      if (sending.status < 300) resolve(sending.response as UploadedFile)
      else reject(new ApiError({ title: sending.statusText, status: sending.status, code: 'http', ...sending.response }))
    }
    sending.send(form)
  })
}
