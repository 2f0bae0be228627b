/** Entry of the self-service page. */

import '@kefu/kit/tokens.css'
import './pages.css'
import './service.css'
import { closestLocale } from '@kefu/kit/i18n'
import { createApp, watchEffect } from 'vue'
import Service from './Service.vue'
import { locale, speak, t } from './words'

const asked = new URLSearchParams(location.search).get('lang')
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const dress = () => document.documentElement.classList.toggle('dark', dark.matches)
dark.addEventListener('change', dress)
dress()
speak(closestLocale(asked ? [asked] : navigator.languages))
watchEffect(() => {
  document.documentElement.lang = locale.value
  document.title = t('title')
})
createApp(Service).mount('#app')
