// @vitest-environment node
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

test('the loader is at most 5 kB gzipped', async () => {
  const built = await build({ root: new URL('..', import.meta.url).pathname, logLevel: 'silent', build: { write: false } })
  const outputs = (Array.isArray(built) ? built : [built]) as { output: { code?: string }[] }[]
  const code = outputs.flatMap(({ output }) => output.map((file) => file.code ?? '')).join('')

  expect(code).not.toMatch(/\beval\(|new Function\(|innerHTML/)
  expect(gzipSync(code).length).toBeLessThanOrEqual(5000)
}, 60_000)
