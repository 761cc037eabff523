/** An agent: its records, its chart, what can be told of the chosen record, and what went on beside each other. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { Panels } from '../panels/panels.js'
import { AgentModel } from '../state/agent-model.js'
import { answers, recoveries, source } from '../state/session.js'
import { AgentHeader } from './agent-header.js'
import { AgentChart } from './agent-chart.js'
import { useAgentKeys } from './agent-keys.js'
import { RecordList } from './record-list.js'
import { RowWindows } from './row-windows.js'
import { Timeline } from './timeline.js'

export function AgentView({ agent }: { readonly agent: string }) {
  const [kept, from] = [answers.value, source.value]
  const [model, setModel] = useState<AgentModel | undefined>(undefined)
  useEffect(() => {
    if (kept === undefined || from === undefined) return undefined
    const next = new AgentModel(agent, { answers: kept, source: from })
    setModel(next)
    void next.open()
    return () => next.close()
  }, [agent, kept, from])
  useEffect(() => {
    if (model?.error.peek() !== undefined) void model.open()
  }, [recoveries.value])
  if (model === undefined || kept === undefined) return null
  if (model.head.value === undefined) return <Opening model={model} />
  return <OpenAgent key={model.agent} model={model} kept={kept} />
}

function Opening({ model }: { readonly model: AgentModel }) {
  return (
    <main class="opening">
      {model.error.value === undefined ? (
        <p class="quiet">Reading {model.agent} …</p>
      ) : (
        <Failure error={model.error.value} what={model.agent} />
      )}
    </main>
  )
}

type Side = 'records' | 'chart' | 'details'
const SIDES: readonly Side[] = ['chart', 'records', 'details']

function OpenAgent({ model, kept }: { readonly model: AgentModel; readonly kept: NonNullable<typeof answers.value> }) {
  const rows = useMemo(() => new RowWindows(kept, model.agent), [model, kept])
  const [side, setSide] = useState<Side>('chart')
  const at = model.stateAt.value
  const { value: point, error } = useAnswer('point', at < model.columns.first ? undefined : { agent: model.agent, at })
  useNeighbours(model, { at, isThere: point?.revision === at, kept })
  useAgentKeys(model)
  useEffect(() => rows.want([model.settled.value], model.last.peek()), [rows, model.settled.value])
  useEffect(() => void (document.title = `${model.agent} · Refold`), [model])
  return (
    <main class={`agent on-${side}`}>
      <AgentHeader model={model} point={point} />
      <div class="sides" role="group" aria-label="Parts of the view">
        {SIDES.map((name) => (
          <button key={name} type="button" aria-pressed={name === side} onClick={() => setSide(name)}>
            {name}
          </button>
        ))}
      </div>
      <RecordList model={model} rows={rows} />
      <AgentChart model={model} point={point} />
      <Panels model={model} point={point} error={error} />
      <Timeline model={model} rows={rows} />
    </main>
  )
}

interface Neighbours {
  readonly at: number
  /** What is shown is what is wanted: there is time for more. */
  readonly isThere: boolean
  readonly kept: NonNullable<typeof answers.value>
}

/** The next step is there before it is asked for. */
function useNeighbours(model: AgentModel, { at, isThere, kept }: Neighbours): void {
  useEffect(() => {
    if (!isThere || model.isLive.peek()) return undefined
    const timer = setTimeout(() => {
      for (const next of [at + 1, at - 1])
        if (next >= model.columns.first && next <= model.lastState.peek())
          kept.prefetch('point', { agent: model.agent, at: next })
    }, 60)
    return () => clearTimeout(timer)
  }, [at, isThere, model, kept])
}
