/** What can be told of the chosen record, one panel at a time. */
import type { ComponentChildren } from 'preact'
import { Boundary } from '../parts/boundary.js'
import { Failure } from '../parts/failure.js'
import { PANELS, route } from '../route.js'
import type { PanelName } from '../route.js'
import type { CodedError } from '../../contract/answer.js'
import { change } from '../state/moving.js'
import { BlamePanel } from './blame-panel.js'
import { DiffPanel } from './diff-panel.js'
import { EffectsPanel } from './effects-panel.js'
import { ExplainPanel } from './explain-panel.js'
import { FindPanel } from './find-panel.js'
import type { PanelProps } from './panel-props.js'
import { RawPanel } from './raw-panel.js'
import { RecordPanel } from './record-panel.js'
import { StatePanel } from './state-panel.js'
import { TranscriptPanel } from './transcript-panel.js'

const VIEWS: Readonly<Record<PanelName, (props: PanelProps) => ComponentChildren>> = {
  state: StatePanel,
  diff: DiffPanel,
  record: RecordPanel,
  effects: EffectsPanel,
  blame: BlamePanel,
  explain: ExplainPanel,
  find: FindPanel,
  transcript: TranscriptPanel,
  raw: RawPanel,
}

const NAMES: Readonly<Record<PanelName, string>> = {
  state: 'State',
  diff: 'Diff',
  record: 'Record',
  effects: 'Effects',
  blame: 'Blame',
  explain: 'Explain',
  find: 'Find',
  transcript: 'Transcript',
  raw: 'Raw',
}

export function Panels(props: PanelProps & { readonly error: CodedError | undefined }) {
  const { panel = 'state' } = route.value.view === 'agent' ? route.value : {}
  const View = VIEWS[panel]
  return (
    <section class="panels" aria-label="Details">
      <div class="tabs" role="tablist" aria-label="Details" onKeyDown={(event) => tabKey(event, panel)}>
        {PANELS.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === panel}
            aria-controls="panel"
            tabIndex={name === panel ? 0 : -1}
            onClick={() => change({ panel: name })}
          >
            {NAMES[name]}
          </button>
        ))}
      </div>
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${panel}`} tabIndex={-1}>
        <Failure error={panel === 'state' ? props.error : undefined} what="the state" />
        <Boundary key={panel} what={`the panel ${NAMES[panel]}`}>
          <View {...props} />
        </Boundary>
      </div>
    </section>
  )
}

function tabKey(event: KeyboardEvent, panel: PanelName): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step === 0 || event.altKey || event.shiftKey) return
  event.preventDefault()
  event.stopPropagation()
  const next = PANELS[(PANELS.indexOf(panel) + step + PANELS.length) % PANELS.length]
  if (next === undefined) return
  change({ panel: next })
  document.getElementById(`tab-${next}`)?.focus()
}
