/** A short tone for a new message. Off until the visitor switches it on. */

import { reactive } from 'vue'

const KEY = 'kefu:sound'
let context: AudioContext | null = null

export const sounds = reactive({
  on: remembered(),
  toggle(): void {
    sounds.on = !sounds.on
    try {
      localStorage.setItem(KEY, sounds.on ? 'on' : 'off')
    } catch {
      // The choice lasts as long as the page.
    }
    if (sounds.on) sounds.ring()
  },
  ring(): void {
    if (!sounds.on) return
    try {
      context ??= new AudioContext()
      const tone = context.createOscillator()
      const volume = context.createGain()
      const now = context.currentTime
      tone.frequency.setValueAtTime(660, now)
      tone.frequency.setValueAtTime(880, now + 0.09)
      volume.gain.setValueAtTime(0.08, now)
      volume.gain.exponentialRampToValueAtTime(0.001, now + 0.28)
      tone.connect(volume).connect(context.destination)
      tone.start(now)
      tone.stop(now + 0.3)
    } catch {
      // A browser without sound stays silent.
    }
  },
})

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on'
  } catch {
    return false
  }
}
