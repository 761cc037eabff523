/** The scrubber and, below it, what went on beside each other. */
import { useMemo, useRef } from 'preact/hooks'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { plain } from '../parts/safe-text.js'
import { duration } from '../parts/time-words.js'
import type { AgentModel } from '../state/agent-model.js'
import { change, moveTo } from '../state/moving.js'
import { lanesOf } from './lane-rows.js'
import type { Bar, Lane } from './lane-rows.js'
import type { RowWindows } from './row-windows.js'
import { Scrubber } from './scrubber.js'
import { timeScale } from './time-scale.js'
import type { TimeScale } from './time-scale.js'

/** Records that lanes show at once. */
const SHOWN = 240
/** Pixels, about, from which on a bar has words. */
const WORDY = 56
/** Bars on a line that are drawn thin. */
const DENSE = 90

export function Timeline({ model, rows }: { readonly model: AgentModel; readonly rows: RowWindows }) {
  const window = useWindow(model)
  const { from, to } = window
  const scale = useMemo(() => timeScale(model.columns, { from, to }), [from, to])
  const { value, of, error } = useAnswer('lanes', { agent: model.agent, from, to })
  const lanes = useMemo(
    () => (value === undefined ? [] : lanesOf(value, timeScale(model.columns, of ?? { from, to }))),
    [value],
  )
  return (
    <section class="timeline" aria-label="Timeline">
      <Scrubber model={model} rows={rows} window={window} />
      <Failure error={error} what="the lanes" />
      <div class="lanes">
        <OutsideLane model={model} scale={scale} window={window} />
        {lanes.map((lane) => (
          <LaneView key={lane.name} lane={lane} model={model} />
        ))}
        <Overlay model={model} scale={scale} />
      </div>
      {value?.isCut === true ? <p class="quiet">There were more than are shown.</p> : null}
    </section>
  )
}

interface Window {
  readonly from: number
  readonly to: number
}

/** Stays where it is for as long as the revision is well within it. */
function useWindow(model: AgentModel): Window {
  const last = model.last.value
  const { first } = model.columns
  const revision = model.settled.value
  const kept = useRef<Window>({ from: -1, to: -1 })
  const { from, to } = kept.current
  const isWhole = last - first < SHOWN
  const isWithin =
    revision >= from &&
    revision <= to &&
    (to === last || to - revision > 10) &&
    (from === first || revision - from > 10)
  if (isWhole) kept.current = from === first && to === last ? kept.current : { from: first, to: last }
  else if (!isWithin || to > last) {
    const start = Math.max(first, Math.min(revision - SHOWN / 2, last - SHOWN + 1))
    kept.current = { from: start, to: Math.min(last, start + SHOWN - 1) }
  }
  return kept.current
}

function OutsideLane({
  model,
  scale,
  window,
}: {
  readonly model: AgentModel
  readonly scale: TimeScale
  readonly window: Window
}) {
  const bars: Bar[] = []
  for (let revision = window.from; revision <= window.to; revision++) {
    const record = model.columns.get(revision)
    if (record === undefined || (record.category !== 'outside' && record.kind !== 'message')) continue
    const at = scale.ofRevision(revision)
    bars.push({ from: at, to: at, how: 'outside', revision, title: `${record.type}, revision ${revision}` })
  }
  return <LaneView lane={{ name: 'Events', rows: [bars] }} model={model} />
}

function LaneView({ lane, model }: { readonly lane: Lane; readonly model: AgentModel }) {
  return (
    <div class="lane">
      <span class="lane-name" title={plain(lane.name)}>
        {plain(lane.name)}
      </span>
      <div class="lane-bars">
        {lane.rows.map((row, index) => (
          <div key={index} class={row.length > DENSE ? 'lane-row dense' : 'lane-row'}>
            {row.map((bar) => (
              <BarView key={`${bar.revision} ${bar.from}`} bar={bar} model={model} />
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

function BarView({ bar, model }: { readonly bar: Bar; readonly model: AgentModel }) {
  const width = bar.to - bar.from
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`bar ${bar.how}`}
      title={plain(bar.title)}
      aria-label={plain(bar.title)}
      style={{ left: percent(bar.from), width: percent(Math.max(0, width)) }}
      onClick={() => {
        moveTo(model, bar.revision)
        if (bar.effect !== undefined) change({ panel: 'effects', effect: bar.effect })
      }}
    >
      {bar.broken?.map(({ from, to, how }) => (
        <span
          key={from}
          class={`bar-broken ${how}`}
          style={{ left: percent((from - bar.from) / width), width: percent((to - from) / width) }}
        />
      ))}
      {bar.label !== undefined && width * innerWidth > WORDY ? <span class="bar-label">{plain(bar.label)}</span> : null}
    </button>
  )
}

/** The line of the revision, and where time is folded. */
function Overlay({ model, scale }: { readonly model: AgentModel; readonly scale: TimeScale }) {
  return (
    <div class="lane-overlay" aria-hidden="true">
      {scale.folds.slice(0, 12).map(({ at, ms }) => (
        <span key={at} class="idle" title={`${duration(ms)} idle`} style={{ left: percent(at) }}>
          {duration(ms)}
        </span>
      ))}
      <div class="lane-playhead" style={{ left: percent(scale.ofRevision(model.revision.value)) }} />
    </div>
  )
}

function percent(part: number): string {
  return `${Math.max(0, Math.min(1, part)) * 100}%`
}
