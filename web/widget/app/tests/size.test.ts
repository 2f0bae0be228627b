// @vitest-environment node
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test, vi } from 'vitest'

interface Built {
  fileName: string
  code?: string
  source?: string | Uint8Array
}

test('the app is at most 70 kB gzipped, with its styles and Chinese', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  // Vue's development checks are built in unless told otherwise.
  vi.stubEnv('NODE_ENV', 'production')
  const built = await build({ root, mode: 'production', logLevel: 'silent', build: { write: false } })
  const files = (Array.isArray(built) ? built : [built]).flatMap((one) => (one as { output: Built[] }).output)
  const first = files.filter(({ fileName }) => !/(^|\/)en-/.test(fileName))
  const size = first.reduce((sum, { code, source }) => sum + gzipSync(code ?? source ?? '').length, 0)

  expect(files.length - first.length).toBe(1)
  expect(size).toBeLessThanOrEqual(70_000)
  expect(first.some(({ code }) => /\beval\(|new Function\(/.test(code ?? ''))).toBe(false)
}, 120_000)
