import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { LONGEST_SECONDS, type Spoken } from '../recording'
import { speaking } from '../speaking'

const track = { stop: vi.fn() }
const spoken = vi.fn<(said: Spoken) => void>()
const refused = vi.fn()
let microphone: () => Promise<unknown>
let recorders: Recorder[]

class Recorder {
  static isTypeSupported = () => true
  state = 'inactive'
  ondataavailable: (event: { data: Blob }) => void = () => undefined
  onstop: () => void = () => undefined
  onerror: () => void = () => undefined

  constructor() {
    recorders.push(this)
  }

  start() {
    this.state = 'recording'
  }

  stop() {
    this.state = 'inactive'
    this.ondataavailable({ data: new Blob(['said']) })
    this.onstop()
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
  recorders = []
  microphone = () => Promise.resolve({ getTracks: () => [track] })
  vi.stubGlobal('MediaRecorder', Recorder)
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => microphone() } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function aButton() {
  const scope = effectScope()
  const voice = scope.run(() => speaking({ spoken, refused }))!
  return { ...voice, leave: () => scope.stop() }
}

test('what was said is handed on, and nobody listens any more', async () => {
  const voice = aButton()
  await voice.begin()

  await voice.send()

  expect(spoken).toHaveBeenCalledOnce()
  expect([track.stop.mock.calls.length, voice.recording.value]).toEqual([1, null])
})

test('the longest note ends by itself', async () => {
  const voice = aButton()
  await voice.begin()

  await vi.advanceTimersByTimeAsync(LONGEST_SECONDS * 1000)

  expect([spoken.mock.calls.length, track.stop.mock.calls.length, vi.getTimerCount()]).toEqual([1, 1, 0])
})

test.each([
  ['dropping it', (voice: ReturnType<typeof aButton>) => voice.drop()],
  ['going elsewhere', (voice: ReturnType<typeof aButton>) => voice.leave()],
])('%s lets the microphone go and sends nothing', async (_, end) => {
  const voice = aButton()
  await voice.begin()

  end(voice)
  await vi.advanceTimersByTimeAsync(LONGEST_SECONDS * 1000)

  expect([track.stop.mock.calls.length, spoken.mock.calls.length, voice.recording.value]).toEqual([1, 0, null])
})

test('a permission that is given after one has left holds no microphone', async () => {
  let allow: (stream: unknown) => void = () => undefined
  microphone = () => new Promise((given) => (allow = given))
  const voice = aButton()
  const begun = voice.begin()

  voice.leave()
  allow({ getTracks: () => [track] })
  await begun

  expect([track.stop.mock.calls.length, voice.recording.value, refused.mock.calls.length]).toEqual([1, null, 0])
})

test('two taps at once begin one note', async () => {
  const voice = aButton()

  await Promise.all([voice.begin(), voice.begin()])

  expect(recorders).toHaveLength(1)
})

test('a microphone that fails is let go, and that is said', async () => {
  const voice = aButton()
  await voice.begin()

  recorders[0]?.onerror()

  expect([refused.mock.calls.length, voice.recording.value]).toEqual([1, null])
  expect(track.stop).toHaveBeenCalled()
})

test('a microphone that is not allowed is said, and can be tried again', async () => {
  microphone = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  const voice = aButton()

  await voice.begin()
  await voice.begin()

  expect(refused).toHaveBeenCalledTimes(2)
})
