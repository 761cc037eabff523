/** What stands on the lanes, from what the lanes answer: bars in rows, each with its place on the axis of time. */
import type { EffectBar, Lanes } from '../../contract/agent.js'
import { dollars, duration } from '../parts/time-words.js'
import type { TimeScale } from './time-scale.js'

export type BarHow = 'done' | 'failed' | 'pending' | 'doubt' | 'left' | 'timer' | 'late' | 'owner' | 'child' | 'outside'

export interface Bar {
  readonly from: number
  readonly to: number
  readonly how: BarHow
  /** What it goes to. */
  readonly revision: number
  readonly title: string
  readonly label?: string
  readonly effect?: string
  /** Of attempts that failed, or that ended with their worker: parts of the bar. */
  readonly broken?: readonly { readonly from: number; readonly to: number; readonly how: 'failed' | 'interrupted' }[]
}

export interface Lane {
  readonly name: string
  readonly rows: readonly (readonly Bar[])[]
}

const ROWS = 4

export function lanesOf(lanes: Lanes, scale: TimeScale): readonly Lane[] {
  const sources = [...new Set(lanes.effects.map(({ src }) => src))]
  const found = [
    ...sources.map((src) =>
      lane(
        src,
        lanes.effects.filter((bar) => bar.src === src).map((bar) => effectBar(bar, scale)),
      ),
    ),
    lane('Timers', timerBars(lanes, scale)),
    lane('Children', childBars(lanes, scale)),
    lane('Owners', ownerBars(lanes, scale)),
  ]
  return found.filter(({ rows }) => rows.length > 0)
}

/** Bars that overlap stand below each other. */
function lane(name: string, bars: readonly Bar[]): Lane {
  const rows: Bar[][] = []
  for (const bar of bars.toSorted((one, other) => one.from - other.from)) {
    const free = rows.find((row) => (row.at(-1)?.to ?? 0) <= bar.from)
    if (free !== undefined) free.push(bar)
    else if (rows.length < ROWS) rows.push([bar])
    else rows[ROWS - 1]?.push(bar)
  }
  return { name, rows }
}

function effectBar(bar: EffectBar, scale: TimeScale): Bar {
  const { effect, src, scheduled, attempts, end, doubted, usage } = bar
  const how = end?.how === 'left' ? 'left' : doubted !== undefined && end === undefined ? 'doubt' : hows(end?.how)
  const to = end === undefined ? 1 : scale.ofRevision(end.revision)
  const from = scale.ofRevision(scheduled.revision)
  const took = end === undefined ? 'not ended' : duration(end.at - scheduled.at)
  const cost = usage?.costUsd === undefined ? '' : `, ${dollars(usage.costUsd)}`
  const lost = attempts.filter((attempt) => attempt.end?.how === 'interrupted').length
  const tries = `${attempts.length > 1 ? `, ${attempts.length} attempts` : ''}${lost > 0 ? `, ${lost} interrupted` : ''}`
  const broken = attempts.flatMap(({ began, end: ended }) =>
    ended !== undefined && ended.how !== 'done' && ended.revision !== end?.revision
      ? [
          {
            from: Math.max(from, scale.ofTime(began.at)),
            to: scale.ofRevision(ended.revision),
            how: ended.how === 'interrupted' ? ('interrupted' as const) : ('failed' as const),
          },
        ]
      : [],
  )
  const title = `${src}: ${end?.how ?? (doubted === undefined ? 'running' : 'in doubt')}, ${took}${tries}${cost}`
  return {
    from,
    to,
    how,
    revision: end?.revision ?? scheduled.revision,
    title,
    label: `${took}${tries}`,
    effect,
    broken,
  }
}

function hows(how: 'done' | 'failed' | 'left' | 'resolved' | undefined): BarHow {
  return how === undefined ? 'pending' : how === 'failed' ? 'failed' : 'done'
}

function timerBars({ timers }: Lanes, scale: TimeScale): readonly Bar[] {
  return timers.map(({ id, set, due, end, lateMs }) => {
    const isLate = (lateMs ?? 0) > 1_000
    const told = end === undefined ? `due ${duration(due - set.at)} after it was set` : end.how
    const to = end === undefined ? scale.ofTime(due) : scale.ofRevision(end.revision)
    return {
      from: scale.ofRevision(set.revision),
      to,
      how: end?.how === 'cancelled' ? 'left' : isLate ? 'late' : 'timer',
      revision: end?.revision ?? set.revision,
      title: `timer ${id}: ${told}${lateMs === undefined || lateMs < 1 ? '' : `, ${duration(lateMs)} late`}`,
      label: isLate ? `${duration(lateMs ?? 0)} late` : (end?.how ?? 'due'),
    }
  })
}

function childBars({ children }: Lanes, scale: TimeScale): readonly Bar[] {
  return children.map(({ path, src, agent, from, to }) => ({
    from: scale.ofRevision(from.revision),
    to: to === undefined ? 1 : scale.ofRevision(to.revision),
    how: 'child',
    revision: from.revision,
    title: `child ${path.join('.')}${src === undefined ? '' : ` (${src})`}${agent === undefined ? '' : `, agent ${agent}`}`,
    label: agent ?? path.join('.'),
  }))
}

function ownerBars({ owners }: Lanes, scale: TimeScale): readonly Bar[] {
  return owners.map(({ worker, from, to, why }) => ({
    from: scale.ofRevision(from.revision),
    to: to === undefined ? 1 : scale.ofRevision(to.revision),
    how: 'owner',
    revision: from.revision,
    title: `owner ${worker}${why === undefined ? '' : `: ${why}`}`,
    label: worker,
  }))
}
