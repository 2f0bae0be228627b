/** Recording a voice note: the microphone is held only while somebody speaks. */

export interface Spoken {
  file: File
  seconds: number
}

export interface Recording {
  /** Ends it and gives what was said. */
  stop: () => Promise<Spoken>
  /** Ends it and forgets it. */
  cancel: () => void
}

export const LONGEST_SECONDS = 120

/** What most players understand stands first. */
const FORMS = [
  ['audio/mp4;codecs=mp4a.40.2', 'm4a'],
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/mp4', 'm4a'],
] as const

export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && typeof navigator.mediaDevices?.getUserMedia === 'function'
}

/** Begins at once; throws where there is no microphone, or it is not allowed. `failed` is called when it breaks off. */
export async function record(failed: () => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const release = () => stream.getTracks().forEach((track) => track.stop())
  try {
    return recordingOf(stream, release, failed)
  } catch (error) {
    release()
    throw error
  }
}

function recordingOf(stream: MediaStream, release: () => void, failed: () => void): Recording {
  const [type, ending] = FORMS.find(([form]) => MediaRecorder.isTypeSupported(form)) ?? ['', 'webm']
  const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {})
  const parts: Blob[] = []
  const began = performance.now()
  recorder.ondataavailable = ({ data }) => {
    if (data.size) parts.push(data)
  }
  recorder.onerror = () => {
    release()
    failed()
  }
  recorder.start()

  function end(): Promise<void> {
    return new Promise((ended) => {
      const last = () => {
        release()
        ended()
      }
      if (recorder.state === 'inactive') return last()
      recorder.onstop = last
      recorder.stop()
    })
  }

  return {
    async stop() {
      const seconds = Math.max(1, Math.round((performance.now() - began) / 1000))
      await end()
      const file = new File(parts, `voice-${Date.now()}.${ending}`, { type: type.split(';')[0] })
      return { file, seconds }
    },
    cancel: () => void end(),
  }
}
