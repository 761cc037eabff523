/** The record and the state as they were answered. */
import { useState } from 'preact/hooks'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { shown } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { copy } from '../state/notices.js'
import type { PanelProps } from './panel-props.js'

const LONGEST = 50_000

export function RawPanel({ model, point }: PanelProps) {
  const [isState, setState] = useState(false)
  const record = useAnswer('record', { agent: model.agent, at: model.revision.value })
  const value = isState ? point?.document : record.value
  const text = value === undefined ? '' : JSON.stringify(value, undefined, 2)
  return (
    <div class="raw-panel scroll">
      <div class="panel-bar">
        <Button kind="plain" isPressed={!isState} onClick={() => setState(false)}>
          Record
        </Button>
        <Button kind="plain" isPressed={isState} onClick={() => setState(true)}>
          State
        </Button>
        <span class="grow" />
        <Button kind="plain" icon="copy" onClick={() => void copy(text, 'the JSON')}>
          Copy
        </Button>
      </div>
      <pre class="raw" tabIndex={0}>
        {shown(text.slice(0, LONGEST))}
      </pre>
      {text.length > LONGEST ? <p class="quiet">{count(text.length - LONGEST)} characters more: copy them.</p> : null}
    </div>
  )
}
