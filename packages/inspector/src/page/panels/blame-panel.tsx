/** Who set the selected field, and where its value came from. */
import type { BlameHow } from '@refold/core/history'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { JsonText } from '../parts/json-text.js'
import { shown } from '../parts/safe-text.js'
import { route } from '../route.js'
import { CauseList, RecordLine } from './cause-list.js'
import type { PanelProps } from './panel-props.js'

const HOW: Readonly<Record<BlameHow, string>> = {
  copied: 'copied from',
  equal: 'equal to',
  computed: 'computed by the agent’s own code',
  removed: 'removed by this record',
}

export function BlamePanel({ model }: PanelProps) {
  const field = route.value.view === 'agent' ? route.value.field : undefined
  const at = model.stateAt.value
  const { value, error } = useAnswer('blame', field === undefined ? undefined : { agent: model.agent, at, path: field })
  if (field === undefined)
    return (
      <p class="empty">Select a field of the state: this tells which record set it, and where the value came from.</p>
    )
  return (
    <div class="blame-panel scroll">
      <div class="panel-bar">
        <code class="path">{shown(field)}</code>
      </div>
      <Failure error={error} what="who set it" />
      {value === undefined ? null : (
        <>
          <p class="blamed">
            <JsonText value={value.value} />
          </p>
          <ol class="causes">
            {value.steps.map((step, index) => (
              <li key={index}>
                <RecordLine record={step} here={model.agent} />
                <div class="cause-words">
                  <span>
                    {index === 0 ? 'set it' : 'brought it'}: {HOW[step.how]}{' '}
                    {step.from === undefined ? null : <code>{shown(step.from)}</code>}
                  </span>
                </div>
              </li>
            ))}
          </ol>
          <h2 class="part">Why that record came</h2>
          <CauseList explanation={value.causes} here={model.agent} />
        </>
      )}
    </div>
  )
}
