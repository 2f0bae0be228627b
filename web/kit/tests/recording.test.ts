import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { canRecord, record } from '../recording'

const track = { stop: vi.fn() }
const failed = vi.fn()
let supported: string[]
const recorders: Recorder[] = []

class Recorder {
  static isTypeSupported = (type: string) => supported.includes(type)
  state = 'inactive'
  ondataavailable: (event: { data: Blob }) => void = () => undefined
  onstop: () => void = () => undefined
  onerror: () => void = () => undefined

  constructor(_stream: unknown, readonly options: { mimeType?: string }) {
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
  supported = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus']
  track.stop.mockClear()
  failed.mockClear()
  vi.stubGlobal('MediaRecorder', Recorder)
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [track] }) } })
})
afterEach(() => vi.unstubAllGlobals())

test('what was said becomes a file with its length, and the microphone is let go', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000)
  const recording = await record(failed)
  now.mockReturnValue(8400)

  const { file, seconds } = await recording.stop()

  expect(file.name).toMatch(/^voice-\d+\.webm$/)
  expect([file.type, file.size, seconds]).toEqual(['audio/webm', 4, 7])
  expect(track.stop).toHaveBeenCalledOnce()
  now.mockRestore()
})

test('one that is given up lets the microphone go', async () => {
  ;(await record(failed)).cancel()

  expect(track.stop).toHaveBeenCalledOnce()
})

test('one that breaks off lets the microphone go, and says so', async () => {
  await record(failed)

  recorders.at(-1)?.onerror()

  expect([track.stop.mock.calls.length, failed.mock.calls.length]).toEqual([1, 1])
})

test('where nothing can record what is heard, the microphone is let go', async () => {
  vi.stubGlobal('MediaRecorder', class { static isTypeSupported = () => true; constructor() { throw new Error('no encoder') } })

  await expect(record(failed)).rejects.toThrow('no encoder')

  expect(track.stop).toHaveBeenCalledOnce()
})

test('without a microphone nothing is begun', async () => {
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('', 'NotAllowedError')) } })
  await expect(record(failed)).rejects.toThrow()

  vi.stubGlobal('navigator', {})
  expect(canRecord()).toBe(false)
})
