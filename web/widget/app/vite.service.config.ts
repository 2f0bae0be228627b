/** The self-service page: an app of its own beside the widget, served under /service/. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('./service', import.meta.url)),
  base: './',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: { outDir: fileURLToPath(new URL('../../dist/service', import.meta.url)), emptyOutDir: true, target: 'es2020', modulePreload: { polyfill: false } },
})
