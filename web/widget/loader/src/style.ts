/** The loader's look, kept inside a shadow root so that neither page nor loader disturbs the other. */

import { type Options, inkOn } from './options'

const rules = `
:host{all:initial;position:fixed;z-index:var(--layer);inset-block-end:0;inset-inline:0;block-size:0;
font:14px/1.5 "PingFang SC","Microsoft YaHei","Noto Sans SC",system-ui,sans-serif}
*{box-sizing:border-box}
.launcher{position:fixed;bottom:calc(var(--bottom) + env(safe-area-inset-bottom,0px));width:56px;height:56px;
border:0;border-radius:50%;padding:0;display:grid;place-items:center;cursor:pointer;color:var(--ink);
background:var(--accent);box-shadow:0 4px 16px rgb(0 0 0/.2);
transition:.16s;-webkit-tap-highlight-color:transparent}
.launcher:hover{transform:scale(1.04)}
.launcher:focus-visible,.again:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
.launcher svg{width:28px;height:28px;grid-area:1/1;fill:none;stroke:currentColor;stroke-width:1.8;
stroke-linecap:round;stroke-linejoin:round;transition:.16s}
.shut,.open .talk{opacity:0;transform:scale(.6)}
.open .shut{opacity:1;transform:none}
.right .launcher{right:20px}.left .launcher{left:20px}
.badge{position:absolute;top:-3px;inset-inline-end:-3px;min-width:20px;height:20px;padding:0 6px;border-radius:10px;
background:#d4380d;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center;
font-variant-numeric:tabular-nums;box-shadow:0 0 0 2px #fff}
[hidden]{display:none!important}
.panel{position:fixed;bottom:calc(var(--bottom) + 68px);width:392px;height:min(680px,calc(100% - var(--bottom) - 88px));
border-radius:12px;overflow:hidden;background:var(--ground);color:var(--text);
box-shadow:0 0 0 1px var(--line),0 8px 40px rgb(0 0 0/.18);
opacity:0;visibility:hidden;transform:translateY(8px);transition:.16s}
.right .panel{right:20px}.left .panel{left:20px}
.open .panel{opacity:1;visibility:visible;transform:none}
.nolauncher .panel{bottom:var(--bottom)}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;color-scheme:normal}
.wait{height:100%;display:grid;place-content:center;justify-items:center;gap:12px;padding:24px;text-align:center}
.spin{width:24px;height:24px;border-radius:50%;border:2px solid var(--line);border-top-color:var(--accent);
animation:spin .9s linear infinite}
.again{border:1px solid var(--line);border-radius:6px;padding:6px 16px;background:none;color:inherit;font:inherit;cursor:pointer}
@keyframes spin{to{transform:rotate(1turn)}}
@media (max-width:480px){.panel.panel{inset:var(--top,0) 0 auto 0;width:100%;
height:var(--height,100%);border-radius:0;box-shadow:none}.open .launcher{display:none}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}.spin{animation-duration:3s}}
@media print{div{display:none}}`

const day = { '--ground': '#fff', '--text': '#1d2129', '--line': 'rgb(0 0 0/.1)' }
const night = { '--ground': '#17181a', '--text': '#e6e8eb', '--line': 'rgb(255 255 255/.14)' }

export function dress(root: ShadowRoot, nonce: string): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(rules)
    root.adoptedStyleSheets = [sheet]
  } catch {
    const style = document.createElement('style')
    style.nonce = nonce
    style.textContent = rules
    root.append(style)
  }
}

/** Figures go in through CSSOM, which a content security policy leaves alone. */
export function tint(host: HTMLElement, options: Options, theme: string, colour: string): void {
  const dark = theme === 'dark' || (theme !== 'light' && !!window.matchMedia?.('(prefers-color-scheme:dark)').matches)
  const figures: Record<string, string> = {
    ...(dark ? night : day),
    '--accent': colour || '#1a66ff',
    '--ink': inkOn(colour),
    '--bottom': `${options.bottom}px`,
    '--layer': String(options.layer),
  }
  for (const name in figures) host.style.setProperty(name, figures[name] as string)
}
