import '@kefu/kit/base.css'
import '@kefu/kit/tokens.css'
import { closestLocale } from '@kefu/kit/i18n'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { allOf } from './app/features'
import { whenSignedOut } from './app/http'
import { i18n, useLanguage } from './app/i18n'
import { leave, router } from './app/router'

const app = createApp(App).use(createPinia()).use(i18n)
whenSignedOut(leave)
for (const install of allOf('install')) install({ router })
await useLanguage(closestLocale([localStorage.getItem('kefu.locale') ?? '', ...navigator.languages]))
app.use(router).mount('#app')
