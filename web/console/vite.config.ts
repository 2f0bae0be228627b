import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import ElementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// The parts of Element Plus that every screen uses, in one file; date pickers and the like stay apart.
const everyday =
  /node_modules\/(@floating-ui|@popperjs|@sxzz|@vueuse|async-validator|lodash-es|@element-plus\/icons-vue|element-plus\/(es\/(hooks|utils|constants|locale\/index|defaults|directives|components\/(base|badge|button|button-group|checkbox|checkbox-group|collapse-transition|config-provider|dialog|dropdown|dropdown-item|dropdown-menu|focus-trap|form|form-item|icon|input|message|message-box|option|option-group|overlay|popover|popper|roving-focus-group|scrollbar|select|skeleton|skeleton-item|slot|switch|tag|teleport|tooltip|visual-hidden)\/)|theme-chalk\/(base|el-(badge|button|button-group|checkbox|checkbox-group|config-provider|dialog|dropdown|dropdown-item|dropdown-menu|form|form-item|icon|input|message|message-box|option|option-group|overlay|popover|popper|scrollbar|select|skeleton|skeleton-item|switch|tag|tooltip)\.css)))/
const server = process.env.KEFU_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  base: '/console/',
  plugins: [
    vue(),
    ElementPlus({}),
  ],
  resolve: { alias: { '@': here('./src') } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  server: {
    // The test of the facts' words reads the kinds from their pages.
    fs: { allow: [here('..'), here('../../docs/reference')] },
    proxy: { '/api': { target: server, ws: true } },
  },
  build: {
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'words-en', test: /locale\/en\.ts$/ },
            { name: 'words-zh', test: /locale\/zh-CN\.ts$/ },
            { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify|pinia)\// },
            { name: 'icons', test: /node_modules\/@lucide\// },
            { name: 'element', test: everyday },
          ],
        },
      },
    },
    outDir: here('../dist/console'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
  },
  test: {
    environment: 'happy-dom',
    server: { deps: { inline: ['element-plus'] } },
  },
})
