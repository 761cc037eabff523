/** How long consumers took for their last messages, as the real server sums it up. */

export interface Measurement {
  readonly key: string
  readonly value: number
}

const KEPT_TIMES = 1_000
const PERCENTILES = [90, 95, 99, 99.5, 99.9]

export class RequestTimes {
  readonly #begun = new Map<string, number>()
  readonly #times: number[] = []

  begin(id: string): void {
    this.#begun.set(id, performance.now())
  }

  end(id: string): void {
    const begun = this.#begun.get(id)
    if (begun === undefined) return
    this.#begun.delete(id)
    if (this.#times.length >= KEPT_TIMES) this.#times.shift()
    this.#times.push(Math.floor(performance.now() - begun))
  }

  measurements(): readonly Measurement[] {
    const sorted = this.#times.toSorted((a, b) => a - b)
    if (sorted.length === 0) return []
    const at = (percent: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? 0
    const sum = sorted.reduce((total, time) => total + time, 0)
    return [
      { key: 'Mean', value: Math.floor(sum / sorted.length) },
      { key: 'Median', value: at(50) },
      { key: 'Fastest', value: at(0) },
      ...[1, 2, 3, 4, 5].map((quintile) => ({ key: `Quintile ${quintile}`, value: at(quintile * 20) })),
      ...PERCENTILES.map((percent) => ({ key: `${percent}%`, value: at(percent) })),
      { key: 'Highest', value: at(100) },
    ]
  }
}
