/** Entry of `widget.js`. Whatever goes wrong here must never reach the shop's page. */

import { load } from './loader'
import { optionsOf } from './options'

const script = (document.currentScript ?? document.querySelector('script[data-inbox]')) as HTMLScriptElement | null

function begin(): void {
  try {
    const options = script && optionsOf(script)
    const seen = window as { __kefu?: boolean }
    if (!options || seen.__kefu) return
    seen.__kefu = true
    load(options)
  } catch (error) {
    console.error('[Kefu]', error) // eslint-disable-line no-console
  }
}

if (document.body) begin()
else addEventListener('DOMContentLoaded', begin)
