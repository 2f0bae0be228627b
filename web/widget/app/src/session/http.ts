/** Asking the desk over HTTP: the visitor's token goes with it, refusals come back as problems. */

import type { Problem } from '@kefu/api'

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

export interface Http {
  token: string | null
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  upload<Answer>(path: string, form: FormData, progress: (part: number) => void, stop: AbortSignal): Promise<Answer>
}

const AWAY: Problem = { title: 'The desk cannot be reached.', status: 0, code: 'unreachable' }

export function http(base: string): Http {
  const headers = (): Record<string, string> => (self.token ? { Authorization: `Bearer ${self.token}` } : {})

  const self: Http = {
    token: null,
    async ask<Answer>(method: string, path: string, body?: unknown) {
      const json = body === undefined ? undefined : JSON.stringify(body)
      const reply = await fetch(base + path, {
        method,
        body: json,
        credentials: 'omit',
        headers: { ...headers(), ...(json ? { 'Content-Type': 'application/json' } : {}) },
      }).catch(() => {
        throw new Refused(AWAY)
      })
      const text = await reply.text()
      return read<Answer>(reply.status, text)
    },
    upload<Answer>(path: string, form: FormData, progress: (part: number) => void, stop: AbortSignal) {
      return new Promise<Answer>((resolve, reject) => {
        // fetch tells nothing of the way up; this old request does.
        const request = new XMLHttpRequest()
        request.open('POST', base + path)
        for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value)
        request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
        request.onerror = request.ontimeout = () => reject(new Refused(AWAY))
        request.onload = () => {
          try {
            resolve(read<Answer>(request.status, request.responseText))
          } catch (refused) {
            reject(refused)
          }
        }
        stop.addEventListener('abort', () => request.abort())
        request.send(form)
      })
    },
  }
  return self
}

function read<Answer>(status: number, text: string): Answer {
  let body: unknown = null
  try {
    body = text ? JSON.parse(text) : null
  } catch {
    // A proxy's page instead of ours: told below by its status.
  }
  if (status >= 200 && status < 300) return body as Answer
  const problem = body && typeof body === 'object' && 'title' in body ? (body as Problem) : null
  throw new Refused(problem ?? { title: `HTTP ${status}`, status, code: 'unexpected' })
}
