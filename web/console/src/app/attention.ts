/** Getting an agent's attention: the number in the tab's title, a sound, a desktop notification. */

import { t } from './i18n'
import { useSession } from './session'

const title = { unread: 0, place: '' }

export function showUnread(count: number): void {
  title.unread = count
  paintTitle()
}

/** The tab says which page it shows; `label` is the key of its word. */
export function showPlace(label: string): void {
  title.place = label
  paintTitle()
}

function paintTitle(): void {
  const { unread, place } = title
  const name = place ? `${t(place)} · ${t('app.name')}` : t('app.name')
  document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name
}

let lastRing = 0

/** A short two-tone chime, made here so that nothing has to be loaded; at most one a second. */
export function ring(): void {
  if (!useSession().preferences.sound || Date.now() - lastRing < 1000) return
  if (navigator.userActivation?.hasBeenActive === false) return
  lastRing = Date.now()
  try {
    const audio = new AudioContext()
    for (const [index, pitch] of [784, 1046].entries()) chime(audio, pitch, audio.currentTime + index * 0.11)
    setTimeout(() => void audio.close(), 900)
  } catch {
    // Without a gesture on the page the browser allows no sound.
  }
}

function chime(audio: AudioContext, pitch: number, at: number): void {
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.frequency.value = pitch
  volume.gain.setValueAtTime(0.0001, at)
  volume.gain.exponentialRampToValueAtTime(0.09, at + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4)
  tone.connect(volume).connect(audio.destination)
  tone.start(at)
  tone.stop(at + 0.42)
}

export function notifyDesktop(title: string, body: string, tag: string, open: () => void): void {
  if (!useSession().preferences.desktop || !document.hidden) return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const shown = new Notification(title, { body, tag, icon: '/console/icon.svg' })
  shown.onclick = () => {
    window.focus()
    shown.close()
    open()
  }
}

/** Browsers ask only after a click. */
export async function askForDesktop(): Promise<boolean> {
  if (!('Notification' in window)) return false
  return (await Notification.requestPermission()) === 'granted'
}
