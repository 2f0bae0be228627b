// Judges a page as it is shown: what is too wide, too faint, too small for a finger, or has no name.
// A function for `page.evaluate`, given the names that words of the console begin with; it returns
// lists of sentences that name the element.
(features) => {
  const name = (element) => {
    const words = (element.getAttribute('aria-label') || element.textContent || '').trim().slice(0, 24)
    const classes = [...element.classList].slice(0, 3).map((one) => `.${one}`).join('')
    return `${element.tagName.toLowerCase()}${classes} “${words}”`
  }
  const shown = (element) => {
    const box = element.getBoundingClientRect()
    return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  }

  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
  const brush = canvas.getContext('2d', { willReadFrequently: true })
  const known = new Map()
  const parsed = (colour) => {
    if (known.has(colour)) return known.get(colour)
    brush.clearRect(0, 0, 1, 1)
    brush.fillStyle = colour
    brush.fillRect(0, 0, 1, 1)
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data
    known.set(colour, [red, green, blue, alpha / 255])
    return known.get(colour)
  }
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1)
  const ground = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== 'none') return null
      layers.push(parsed(style.backgroundColor))
      if (layers.at(-1)[3] === 1) break
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1])
  }
  const light = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one, other) => {
    const [brighter, darker] = [light(one), light(other)].sort((a, b) => b - a)
    return (brighter + 0.05) / (darker + 0.05)
  }
  const written = [...document.querySelectorAll('body *:not(script, style, option, svg *)')].filter(
    (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && shown(element),
  )
  const resting = (element) => element.matches(':disabled, .is-disabled, [aria-disabled=true]') || element.closest(':disabled, .is-disabled, [aria-disabled=true]')
  const faint = written.flatMap((element) => {
    const below = ground(element)
    if (!below || resting(element)) return []
    const style = getComputedStyle(element)
    const ratio = contrast(over(parsed(style.color), below), below)
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
    return ratio < (large ? 3 : 4.5) - 0.02 ? [`${name(element)} has a contrast of ${ratio.toFixed(2)}`] : []
  })

  const width = document.documentElement.clientWidth
  const hidesWhatIsWider = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== 'visible' && at.getBoundingClientRect().right <= width + 1) return true
    }
    return false
  }
  const wide = [...document.querySelectorAll('body *:not(svg *)')].filter(
    (element) => shown(element) && element.getBoundingClientRect().right > width + 1 && !element.closest('.k-hidden') && !hidesWhatIsWider(element),
  ).map(name)
  const slides = [...document.querySelectorAll('main, main *')].filter(
    (element) => shown(element) && element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX) && element.clientWidth > 0,
  ).map((element) => `${name(element)} slides ${element.scrollWidth} in ${element.clientWidth}`)

  const pressed = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, [role=button], [role=tab], [role=switch], [role=radio], summary, .el-select__wrapper')].filter(
    (element) => shown(element) && !element.closest('.k-hidden, .bjs-powered-by'),
  )
  const named = (element) =>
    element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.getAttribute('title') || element.textContent.trim() ||
    element.labels?.length || element.getAttribute('placeholder') || element.querySelector('img[alt]:not([alt=""])')
  const nameless = pressed.filter((element) => !element.matches('.el-select__wrapper') && !named(element)).map((element) => `${name(element)} in ${element.parentElement ? name(element.parentElement) : ''}`)
  const finger = (element) => element.closest('label, .el-input-number, .el-input, .el-select, .el-textarea, .el-switch, .el-checkbox, .el-radio, .el-date-editor') || element
  const inText = (element) => element.matches('a') && getComputedStyle(element).display === 'inline'
  const small = pressed.filter((element) => !inText(element)).map(finger).filter((element) => element.getBoundingClientRect().height < 43.5)
    .map((element) => `${name(element)} ${Math.round(element.getBoundingClientRect().width)}×${Math.round(element.getBoundingClientRect().height)}`)

  const main = document.querySelector('main') || document.body
  const untranslated = new RegExp(`(?<![\\w@/.-])(?:${features.join('|')})(?:\\.[A-Za-z]\\w*)+`, 'g')
  const told = [...document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')].flatMap((element) =>
    ['aria-label', 'title', 'placeholder', 'alt'].map((one) => element.getAttribute(one)),
  )
  const bare = [document.body.innerText, ...told].join('\n').match(untranslated) || []
  const unseen = [...document.querySelectorAll('img:not([alt]), svg[role=img]:not([aria-label], [aria-labelledby])')].map((element) => `${name(element)} in ${name(element.parentElement)} has no words`)
  const broken = main.innerText.match(/\b(undefined|NaN|null|\[object Object\]|Invalid Date)\b/g) || []
  const chinese = written.filter((element) => /[\u3400-\u9fff]/.test([...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join(''))).map((element) => element.textContent.trim().slice(0, 40))
  return {
    overhang: document.scrollingElement.scrollWidth - window.innerWidth,
    words: main.innerText.trim().length,
    waits: Boolean(main.querySelector('.el-skeleton, [aria-busy=true]')),
    wide, slides, faint, nameless, small, bare, unseen, broken, chinese,
  }
}
