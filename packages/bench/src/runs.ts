/** Runs of measurements, each in a process of its own, and the rows that are made of their figures. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figures } from './figures.js'
import type { Row } from './table.js'

const ENTRY = fileURLToPath(new URL('main.js', import.meta.url))

export const repetitions = Number(process.env['BENCH_RUNS'] ?? 3)
export const rows: Row[] = []

export function repeated(measured: string, given = ''): readonly Figures[] {
  return Array.from({ length: repetitions }, () => withDirectory((fresh) => run(measured, fresh, given)))
}

export function withDirectory<R>(act: (directory: string) => R): R {
  const fresh = mkdtempSync(join(tmpdir(), 'refold-bench-'))
  try {
    return act(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

export function run(measured: string, at: string, given: string): Figures {
  process.stderr.write(`${measured} ${given}\n`)
  const output = execFileSync(process.execPath, ['--expose-gc', ENTRY, measured, at, given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const last = output.trim().split('\n').at(-1) ?? ''
  return last === '' ? {} : (JSON.parse(last) as Figures)
}

export function add(
  work: string,
  what: string,
  figures: readonly Figures[],
  { figure, floor }: { figure: string; floor: string },
): void {
  rows.push({ work, what, figure, floor, runs: figures.map((run) => run[figure] ?? Number.NaN) })
}
