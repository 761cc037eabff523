/** The chosen record: what came, when, by whom, and what it did. */
import type { HistoryRecord, PatchOperation } from '@refold/core/history'
import type { JsonValue } from '@refold/core/record'
import { useMemo } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { Facts } from '../parts/facts.js'
import type { Fact } from '../parts/facts.js'
import { useCutValues } from '../parts/cut-values.js'
import { JsonTree } from '../parts/json-tree.js'
import { listOf } from '../parts/list-of.js'
import { shown } from '../parts/safe-text.js'
import { momentOf } from '../parts/time-words.js'
import { DifferenceList } from './difference-list.js'
import type { DifferenceLine } from './difference-list.js'
import type { PanelProps } from './panel-props.js'

export function RecordPanel({ model }: PanelProps) {
  const at = model.revision.value
  const { value, error } = useAnswer('record', { agent: model.agent, at })
  return (
    <div class="record-panel scroll">
      <Failure error={error} what="the record" />
      {value === undefined ? null : (
        <RecordView record={value} isDamaged={value.revision > model.lastState.value} agent={model.agent} />
      )}
    </div>
  )
}

interface RecordViewProps {
  readonly agent: string
  readonly record: HistoryRecord
  readonly isDamaged: boolean
}

function RecordView({ agent, record, isDamaged }: RecordViewProps) {
  const { loaded, load } = useCutValues(agent, record.revision)
  const sections = useMemo(() => [{ label: 'data', path: '', value: record.data as JsonValue }], [record])
  return (
    <>
      <Facts facts={factsOf(record)} />
      <h2 class="part">What came</h2>
      <JsonTree
        key={record.revision}
        isInline
        label="Payload"
        sections={sections}
        open={['']}
        loaded={loaded}
        onCut={load}
      />
      {record.diagnostics === undefined ? null : <Diagnostics record={record} />}
      <h2 class="part">What it changed</h2>
      {record.patch === undefined ? (
        <p class="empty">{isDamaged ? 'It is damaged, or its key is missing: nothing can be told.' : 'Nothing.'}</p>
      ) : (
        <DifferenceList rows={listOf(record.patch).map(rowOf)} isCut={!Array.isArray(record.patch)} />
      )}
      <Lists record={record} />
    </>
  )
}

/** A record's patch is over `{state, data, id}`. */
function rowOf(operation: PatchOperation): DifferenceLine {
  const path = operation.path.replace(/^\/state(?=\/|$)/, '')
  if (operation.op === 'copy') return { change: 'add', path, from: operation.from }
  if (operation.op === 'remove') return { change: 'remove', path }
  return { change: operation.op, path, after: operation.value }
}

function factsOf(record: HistoryRecord): readonly Fact[] {
  const sent = 'from' in record && record.from !== undefined ? `${record.from.name}-${record.from.id}` : undefined
  const facts: readonly (readonly [string, ComponentChildren | undefined])[] = [
    ['Type', <code>{shown(record.type)}</code>],
    ['Kind', record.kind],
    ['At', momentOf(record.at)],
    ['By', record.by === undefined ? undefined : shown(record.by)],
    ['Reason', record.reason === undefined ? undefined : shown(record.reason)],
    ['From', sent === undefined ? undefined : <a href={`/a/${encodeURIComponent(sent)}`}>{shown(sent)}</a>],
    ['Effect', 'effect' in record ? <code>{shown(record.effect)}</code> : undefined],
    ['Decided by', shown(record.definition)],
    ['Worker', record.worker === undefined ? undefined : shown(record.worker)],
    ['Epoch', record.epoch],
    ['Approved', record.approved === undefined ? undefined : shown(JSON.stringify(record.approved))],
    ['Event id', <code>{shown(record.id)}</code>],
    ['Trace', record.traceparent === undefined ? undefined : <code>{shown(record.traceparent)}</code>],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
}

function Lists({ record }: { readonly record: HistoryRecord }) {
  const lists = [
    ['Transitions', record.path],
    ['Actions', record.actions],
    ['Events emitted', record.emitted],
    ['Delivered', record.delivered],
  ] as const
  return lists.map(([name, list]) =>
    listOf<unknown>(list).length === 0 ? null : (
      <div key={name}>
        <h2 class="part">{name}</h2>
        <ul class="plain-list">
          {listOf<unknown>(list).map((item, index) => (
            <li key={index}>
              <code>{shown(typeof item === 'string' ? item : JSON.stringify(item))}</code>
            </li>
          ))}
        </ul>
      </div>
    ),
  )
}

function Diagnostics({ record: { diagnostics } }: { readonly record: HistoryRecord }) {
  const { stack, ...rest } = (diagnostics ?? {}) as { readonly stack?: string }
  return (
    <>
      <h2 class="part">Where it failed</h2>
      {Object.keys(rest).length === 0 ? null : (
        <p>
          <code>{shown(JSON.stringify(rest))}</code>
        </p>
      )}
      {stack === undefined ? null : <pre class="stack">{shown(stack)}</pre>}
    </>
  )
}
