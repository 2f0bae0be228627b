/** Entry of the widget's frame. */

import '@kefu/kit/tokens.css'
import './look/look.css'
import { createApp, h, reactive } from 'vue'
import App from './App.vue'
import { bridge } from './frame/bridge'
import { speak } from './language'
import { dress } from './look/theme'
import { DESK, desk } from './session/desk'
import { http } from './session/http'
import { shop } from './session/shop'

async function begin(): Promise<void> {
  const question = new URLSearchParams(location.search)
  const inbox = question.get('inbox') ?? ''
  const line = bridge(question.get('origin'))
  const { token, known, pages, open } = await line.start
  const api = http(new URL(`../api/v1/widget/${encodeURIComponent(inbox)}`, location.href).href)
  api.token = token

  dress(known.theme, known.colour)
  await speak(known.locale)
  const told = shop(known, pages, api)
  const here = desk({ inbox, http: api, bridge: line, shop: told })
  const view = reactive({ visible: open })

  line.listen((message) => {
    if (message.type === 'open') view.visible = true
    else if (message.type === 'close') view.visible = false
    else if (message.type === 'page') told.page(message.page)
    else if (message.type === 'set') here.set(message.name, message.value)
  })
  createApp({ render: () => h(App, { visible: view.visible }) })
    .provide(DESK, here)
    .mount('#app')
  await here.start()
}

void begin()
