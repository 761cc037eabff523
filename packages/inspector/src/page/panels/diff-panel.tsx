/** What differs from the revision before, or from a pinned one. */
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { count } from '../parts/time-words.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'
import { DifferenceList } from './difference-list.js'
import type { PanelProps } from './panel-props.js'

export function DiffPanel({ model }: PanelProps) {
  const pinned = route.value.view === 'agent' ? route.value.base : undefined
  const to = model.stateAt.value
  const from = pinned ?? to - 1
  const isFirst = from < model.columns.first
  const { agent } = model
  const { value, error } = useAnswer('diff', isFirst || from === to ? undefined : { agent, from, to })
  return (
    <div class="diff-panel">
      <div class="panel-bar">
        <span>
          {isFirst ? 'This is the first record.' : `From ${count(from)} to ${count(to)}`}
          {pinned === undefined ? null : <span class="tag">pinned</span>}
        </span>
        <span class="grow" />
        {pinned === undefined ? (
          <Button
            kind="plain"
            icon="pin"
            title="Compare with this revision from now on (D)"
            onClick={() => change({ base: to })}
          >
            Pin {count(to)}
          </Button>
        ) : (
          <Button
            kind="plain"
            icon="close"
            title="Compare with the record before"
            onClick={() => change({ base: undefined })}
          >
            Unpin
          </Button>
        )}
      </div>
      <Failure error={error} what="the difference" />
      {value === undefined || isFirst || from === to ? null : (
        <DifferenceList rows={value.places} isCut={value.isCut} />
      )}
      {from === to ? <p class="empty">The pinned revision is this one.</p> : null}
    </div>
  )
}
