/** Runs of measurements, each in a process of its own, and the rows that are made of their figures. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figures } from './figures.js'
import { LINES } from './floors.js'
import type { Row, Skipped } from './judge.js'
import type { Call, Setting } from './plan.js'

const ENTRY = fileURLToPath(new URL('measure.js', import.meta.url))

/** Runs one measurement in a place. Throws when it fails. */
export type Run = (call: Call, place: string) => Figures

/** Runs every work of a setting so many times, and adds a row for each of its figures as soon as it is there. */
export function measure(
  setting: Setting,
  { runs, rows, run = runProcess }: { readonly runs: number; readonly rows: (Row | Skipped)[]; readonly run?: Run },
): void {
  const each = (place?: string): void => {
    if (place !== undefined && setting.write !== undefined) run(setting.write, place)
    for (const [work, call] of Object.entries(setting.works)) {
      const once = (): Figures => (place === undefined ? withDirectory((fresh) => run(call, fresh)) : run(call, place))
      if (setting.isWarmed === true) once()
      rows.push(...rowsOf(work, Array.from({ length: runs }, once)))
    }
  }
  if (setting.write === undefined) each()
  else if (setting.place !== undefined) each(setting.place)
  else withDirectory(each)
}

/** A row for each figure that one of the runs gave. */
function rowsOf(work: string, runs: readonly Figures[]): readonly Row[] {
  const lines = (LINES[work] ?? []).filter(({ figure }) => runs.some((figures) => figure in figures))
  return lines.map((line) => ({ ...line, work, runs: runs.map((figures) => figures[line.figure] ?? Number.NaN) }))
}

function withDirectory<R>(act: (directory: string) => R): R {
  const fresh = mkdtempSync(join(tmpdir(), 'refold-bench-'))
  try {
    return act(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Without what the machine adds to each start of Node: it reads these certificates before the first line of a program. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env
  return rest
}

function runProcess([measured, argument = '']: Call, place: string): Figures {
  process.stderr.write(`${measured} ${argument}\n`)
  const output = execFileSync(process.execPath, ['--expose-gc', ENTRY, measured, place, argument], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(),
  })
  const last = output.trim().split('\n').at(-1) ?? ''
  return last === '' ? {} : (JSON.parse(last) as Figures)
}
