/** What differs from the revision before, or from a pinned one. */
import type { JsonValue } from '@refold/core/record'
import type { PatchOperation } from '@refold/core/history'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { shortPath, valueAt } from '../parts/json-rows.js'
import { JsonText } from '../parts/json-text.js'
import { shown } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'
import type { PanelProps } from './panel-props.js'

export function DiffPanel({ model }: PanelProps) {
  const pinned = route.value.view === 'agent' ? route.value.base : undefined
  const to = model.stateAt.value
  const from = pinned ?? to - 1
  const isFirst = from < model.columns.first
  const { agent } = model
  const { value, error, of } = useAnswer('diff', isFirst || from === to ? undefined : { agent, from, to })
  const before = useAnswer('point', isFirst || from === to ? undefined : { agent, at: from })
  return (
    <div class="diff-panel">
      <div class="panel-bar">
        <span>
          {isFirst ? 'This is the first record.' : `From ${count(from)} to ${count(to)}`}
          {pinned === undefined ? null : <span class="tag">pinned</span>}
        </span>
        <span class="grow" />
        {pinned === undefined ? (
          <Button kind="plain" icon="pin" title="Compare with this revision from now on (D)" onClick={() => change({ base: to })}>
            Pin {count(to)}
          </Button>
        ) : (
          <Button kind="plain" icon="close" title="Compare with the record before" onClick={() => change({ base: undefined })}>
            Unpin
          </Button>
        )}
      </div>
      <Failure error={error} what="the difference" />
      {value === undefined || isFirst || from === to ? null : <PatchList patch={value.patch} before={of?.from === before.of?.at ? before.value?.document : undefined} />}
      {from === to ? <p class="empty">The pinned revision is this one.</p> : null}
    </div>
  )
}

export interface PatchListProps {
  readonly patch: readonly PatchOperation[]
  /** The state that it begins at. */
  readonly before: JsonValue | undefined
}

const SHOWN = 200

export function PatchList({ patch, before }: PatchListProps) {
  if (patch.length === 0) return <p class="empty">Nothing differs.</p>
  return (
    <ul class="patch">
      {patch.slice(0, SHOWN).map((operation, index) => (
        <PatchLine key={index} operation={operation} before={before} />
      ))}
      {patch.length > SHOWN ? <li class="quiet">and {count(patch.length - SHOWN)} more</li> : null}
    </ul>
  )
}

const SIGNS = { add: '+', remove: '−', replace: '~', copy: '+' } as const

function PatchLine({ operation, before }: { readonly operation: PatchOperation; readonly before: JsonValue | undefined }) {
  const { op, path } = operation
  const old = op === 'replace' || op === 'remove' ? valueAt(before, path) : undefined
  const next = op === 'add' || op === 'replace' ? operation.value : op === 'copy' ? valueAt(before, operation.from) : undefined
  return (
    <li class={`patch-line ${op}`}>
      <span class="sign" aria-label={op}>
        {SIGNS[op]}
      </span>
      <button type="button" class="path-link" onClick={() => change({ field: shortPath(path), panel: 'state' })}>
        {shown(shortPath(path))}
      </button>
      {old === undefined ? null : (
        <del>
          <JsonText value={old} />
        </del>
      )}
      {op === 'copy' ? <span class="quiet">copied from {shown(operation.from)} </span> : null}
      {next === undefined ? null : (
        <ins>
          <JsonText value={next} />
        </ins>
      )}
    </li>
  )
}
