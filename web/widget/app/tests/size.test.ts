// @vitest-environment node
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test, vi } from 'vitest'

/** English and the orders are fetched when they are asked for. */
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
  const later = /(^|\/)(en|Orders)-/
  const first = files.filter(({ fileName }) => !later.test(fileName))
  const size = first.reduce((sum, { code, source }) => sum + gzipSync(code ?? source ?? '').length, 0)

  expect(files.filter(({ fileName }) => /(^|\/)Orders-.*js$/.test(fileName))).toHaveLength(1)
  expect(size).toBeLessThanOrEqual(70_000)
  expect(first.some(({ code }) => /\beval\(|new Function\(/.test(code ?? ''))).toBe(false)
}, 120_000)
