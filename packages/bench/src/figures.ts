/** Figures of a measurement, and how they leave a child process. */

export type Figures = Readonly<Record<string, number>>

export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** Prints a measurement's figures as the last line of its process. */
export function report(figures: Figures): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** Seconds that an action takes. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await act()
  return (performance.now() - start) / 1000
}
