/** How long to wait before the next try: doubling, capped, spread so that not all return at once. */

export interface BackoffOptions {
  first?: number
  cap?: number
  random?: () => number
}

export class Backoff {
  attempt = 0
  private readonly first: number
  private readonly cap: number
  private readonly random: () => number

  constructor({ first = 400, cap = 8_000, random = Math.random }: BackoffOptions = {}) {
    this.first = first
    this.cap = cap
    this.random = random
  }

  next(): number {
    const ceiling = Math.min(this.cap, this.first * 2 ** this.attempt)
    this.attempt += 1
    return Math.round(ceiling / 2 + (this.random() * ceiling) / 2)
  }

  reset(): void {
    this.attempt = 0
  }
}
