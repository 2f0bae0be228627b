/** UUIDv7: ids made by the client, sortable by time; ids of one millisecond stay in order. */

let lastTime = 0
let sequence = 0

export function uuid7(now: number = Date.now()): string {
  const time = Math.max(now, lastTime)
  sequence = time === lastTime ? sequence + 1 : startOfSequence()
  lastTime = time
  if (sequence > 0xfff) {
    lastTime += 1
    sequence = startOfSequence()
  }
  return format(lastTime, sequence, randomBytes(8))
}

export function uuid7Time(id: string): number {
  return parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}

function startOfSequence(): number {
  const [a = 0] = randomBytes(1)
  return a
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

function format(time: number, counter: number, tail: Uint8Array): string {
  const stamp = time.toString(16).padStart(12, '0')
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80
  const rest = Array.from(tail, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const third = '7' + counter.toString(16).padStart(3, '0')
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${third}-${rest.slice(0, 4)}-${rest.slice(4)}`
}
