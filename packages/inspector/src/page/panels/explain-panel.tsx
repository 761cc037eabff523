/** Why the chosen record came. */
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { CauseList } from './cause-list.js'
import type { PanelProps } from './panel-props.js'

export function ExplainPanel({ model }: PanelProps) {
  const { value, error } = useAnswer('explain', { agent: model.agent, at: model.revision.value })
  return (
    <div class="explain-panel scroll">
      <Failure error={error} what="why it came" />
      {value === undefined ? null : <CauseList explanation={value} here={model.agent} />}
    </div>
  )
}
