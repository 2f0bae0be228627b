import { rmSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const outDir = '../../dist/widget'

export default defineConfig({
  base: './',
  plugins: [vue(), tidy()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: { outDir, emptyOutDir: false, target: 'es2020', modulePreload: { polyfill: false } },
  test: { environment: 'happy-dom' },
})

/** The loader lives in the same folder: only our own former assets go. */
function tidy(): Plugin {
  return {
    name: 'tidy',
    apply: 'build',
    configResolved({ build }) {
      if (build.write) rmSync(new URL(`${outDir}/assets`, import.meta.url), { recursive: true, force: true })
    },
  }
}
