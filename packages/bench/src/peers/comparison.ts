/** The table of the comparison: a peer a line. */
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { show } from '../table.js'
import type { Cells } from '../table.js'

/** What came of one peer, by the name of the work: figures of each run, or why there are none. */
export interface PeerResult {
  readonly name: string
  readonly version: string
  readonly runs: readonly Figures[]
  readonly skipped?: string
}

const COLUMNS: Readonly<Record<string, string>> = {
  stepMs: 'a step of one agent, ms',
  stepsPerSecond: 'steps a second, 100 agents',
  bytesPerStep: 'bytes a step',
  restartMs: 'restart after a kill, ms',
  lateRestartMs: 'the same after 500 steps, ms',
  bodies: 'bodies for 10 steps, one kill',
  repeats: 'repeats, 100 agents, three kills',
  repeatsOfEnded: 'of them had ended',
  wrong: 'wrong or lost',
}

/** Medians of all runs; of wrong answers the most. */
export function comparisonTable(results: readonly PeerResult[]): readonly Cells[] {
  return [['peer', 'version', ...Object.values(COLUMNS)], ...results.map(cells)]
}

function cells({ name, version, runs, skipped }: PeerResult): Cells {
  if (skipped !== undefined)
    return [
      name,
      version,
      'SKIPPED',
      ...Object.values(COLUMNS)
        .slice(1)
        .map(() => ''),
    ]
  return [name, version, ...Object.keys(COLUMNS).map((figure) => cell(figure, runs))]
}

function cell(figure: string, runs: readonly Figures[]): string {
  const values = runs.flatMap((figures) => figures[figure] ?? [])
  if (values.length === 0) return '–'
  return show(figure === 'wrong' ? Math.max(...values) : median(values))
}
