/** Pictures and files on their way up; each becomes a message once the desk has it. */

import type { FileContent, MessageKind, Problem } from '@kefu/api'
import type { Spoken } from '@kefu/kit/recording'
import { reactive } from 'vue'
import type { Saying } from '../conversation/sending'
import { type Http, Refused } from '../session/http'

export interface Upload {
  key: number
  name: string
  size: number
  preview: string | null
  part: number
  problem: Problem | null
}

export interface UploadsOptions {
  http: Http
  limit: () => number
  say: (saying: Saying) => void
}

export function uploads({ http, limit, say }: UploadsOptions) {
  const list = reactive<Upload[]>([])
  const files = new Map<number, { file: File; stop: AbortController; seconds?: number }>()
  let last = 0

  async function send(upload: Upload): Promise<void> {
    const held = files.get(upload.key)
    if (!held) return
    upload.problem = null
    upload.part = 0
    if (held.file.size > limit()) return refuse(upload, 'too_large')
    if (held.file.size === 0) return refuse(upload, 'empty')
    const form = new FormData()
    form.append('file', held.file, held.file.name)
    try {
      const content = await http.upload<FileContent>('/files', form, (part) => (upload.part = part), held.stop.signal)
      // A recorder's container may hold pictures too; whoever recorded knows that it is a voice.
      const { seconds } = held
      if (seconds) say({ kind: 'voice', text: '', content: { ...content, seconds } })
      else say({ kind: kindOf(content.type), text: '', content: { ...content } })
      drop(upload.key)
    } catch (error) {
      upload.problem = error instanceof Refused ? error.problem : { title: '', status: 0, code: 'unreachable' }
    }
  }

  function refuse(upload: Upload, code: string): void {
    upload.problem = { title: '', status: 413, code, limit: Math.floor(limit() / 1024 / 1024) }
  }

  function drop(key: number): void {
    const at = list.findIndex((upload) => upload.key === key)
    const preview = list[at]?.preview
    if (preview) URL.revokeObjectURL(preview)
    if (at >= 0) list.splice(at, 1)
    files.get(key)?.stop.abort()
    files.delete(key)
  }

  function take(file: File, seconds?: number): void {
    const key = ++last
    files.set(key, { file, stop: new AbortController(), seconds })
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
    list.push({ key, name: file.name, size: file.size, preview, part: 0, problem: null })
    void send(list[list.length - 1] as Upload)
  }

  return {
    list,
    add(chosen: Iterable<File>): void {
      for (const file of chosen) take(file)
    },
    say({ file, seconds }: Spoken): void {
      take(file, seconds)
    },
    retry(key: number): void {
      const upload = list.find((item) => item.key === key)
      if (upload) void send(upload)
    },
    drop,
  }
}

export type Uploads = ReturnType<typeof uploads>

function kindOf(type: string): MessageKind {
  if (/^image\/(png|jpe?g|gif|webp|avif|bmp)$/.test(type)) return 'picture'
  return type.startsWith('audio/') ? 'voice' : 'file'
}
