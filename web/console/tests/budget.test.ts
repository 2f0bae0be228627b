// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { beforeAll, expect, test } from 'vitest'

const dist = fileURLToPath(new URL('../../dist/console/', import.meta.url))
const LIMIT = 350 * 1024

interface Chunk {
  file: string
  css?: string[]
  imports?: string[]
  dynamicImports?: string[]
  isEntry?: boolean
}
type Manifest = Record<string, Chunk>

const manifestPath = `${dist}.vite/manifest.json`

beforeAll(async () => {
  if (!existsSync(manifestPath)) await build({ root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error' })
}, 180_000)

function filesOf(manifest: Manifest, names: string[]): Set<string> {
  const seen = new Set<string>()
  const files = new Set<string>()
  const visit = (name: string) => {
    const chunk = manifest[name]
    if (!chunk || seen.has(name)) return
    seen.add(name)
    files.add(chunk.file)
    for (const css of chunk.css ?? []) files.add(css)
    for (const next of chunk.imports ?? []) visit(next)
  }
  names.forEach(visit)
  return files
}

/** What a browser loads before the workspace stands there, in Chinese, with a conversation open. */
test('the first load is at most 350 kB gzipped', () => {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest
  const wanted = Object.entries(manifest)
    .filter(([name, chunk]) => chunk.isEntry || /Shell\.vue|Workspace\.vue|CustomerPanel\.vue|zh-CN|zh-cn|words-zh/.test(name + chunk.file))
    .map(([name]) => name)
  const files = [...filesOf(manifest, wanted)]
  const sizes = files.map((file) => gzipSync(readFileSync(dist + file), { level: 9 }).length)
  const total = sizes.reduce((sum, size) => sum + size, 0) + gzipSync(readFileSync(`${dist}index.html`)).length

  process.stdout.write(`first load: ${(total / 1024).toFixed(1)} kB gzipped in ${files.length} files\n`)
  expect(total).toBeLessThanOrEqual(LIMIT)
})
