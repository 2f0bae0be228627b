import { defineConfig } from 'vitest/config'

// One classic script, `dist/widget/widget.js`: the app is built into the same folder and kept.
export default defineConfig({
  build: {
    outDir: '../../dist/widget',
    emptyOutDir: false,
    target: 'es2020',
    modulePreload: false,
    lib: { entry: 'src/main.ts', formats: ['iife'], name: 'KefuLoader', fileName: () => 'widget.js' },
  },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'https://shop.example/' } },
  },
})
