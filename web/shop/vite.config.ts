import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url))

export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/shop',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: page('index'), product: page('product'), orders: page('orders') } },
  },
  test: { environment: 'happy-dom', environmentOptions: { happyDOM: { url: 'https://shop.example/shop/' } } },
})
