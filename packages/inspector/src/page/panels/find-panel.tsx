/** Where a condition becomes true or false. */
import { useState } from 'preact/hooks'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { shown } from '../parts/safe-text.js'
import { count, momentOf } from '../parts/time-words.js'
import { route } from '../route.js'
import { change, moveTo } from '../state/moving.js'
import type { PanelProps } from './panel-props.js'

const SHOWN = 300

export function FindPanel({ model }: PanelProps) {
  const where = route.value.view === 'agent' ? route.value.where : undefined
  const { value, error, isPending } = useAnswer(
    'find',
    where === undefined ? undefined : { agent: model.agent, where },
    { version: model.last.value },
  )
  return (
    <div class="find-panel scroll">
      <WhereForm where={where} />
      <Failure error={error} what="where it holds" />
      {where === undefined ? <Examples /> : null}
      {isPending && value === undefined && error === undefined ? (
        <p class="quiet">Looking through all states …</p>
      ) : null}
      {value === undefined || where === undefined ? null : value.length === 0 ? (
        <p class="empty">It never holds.</p>
      ) : (
        <ul class="flips">
          {value.slice(0, SHOWN).map(({ revision, becomes, at }) => (
            <li key={revision}>
              <button
                type="button"
                class={model.revision.value === revision ? 'flip selected' : 'flip'}
                onClick={() => moveTo(model, revision)}
              >
                <span class={becomes ? 'tag yes' : 'tag no'}>becomes {String(becomes)}</span>
                <span>revision {count(revision)}</span>
                <span class="quiet">{momentOf(at)}</span>
              </button>
            </li>
          ))}
          {value.length > SHOWN ? <li class="quiet">There are more than are shown.</li> : null}
        </ul>
      )}
    </div>
  )
}

function WhereForm({ where }: { readonly where: string | undefined }) {
  const [typed, setTyped] = useState({ over: where, text: where ?? '' })
  const text = typed.over === where ? typed.text : (where ?? '')
  return (
    <form
      class="panel-bar"
      onSubmit={(event) => {
        event.preventDefault()
        change({ where: text || undefined })
      }}
    >
      <input
        id="where"
        class="mono grow"
        value={text}
        aria-label="Condition"
        placeholder="/context/total>100"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setTyped({ over: where, text: event.currentTarget.value })}
      />
      <Button type="submit" kind="main" icon="search">
        Find
      </Button>
    </form>
  )
}

function Examples() {
  return (
    <dl class="examples">
      {[
        ['state=review', 'where it comes into a state, and leaves it'],
        ['/context/total>100', 'where a field is above a number'],
        ['/context/note', 'where there is anything'],
        ['condition=in-doubt', 'where it is held up'],
      ].map(([condition, words]) => (
        <div key={condition}>
          <dt>
            <button type="button" class="link mono" onClick={() => change({ where: condition })}>
              {shown(condition ?? '')}
            </button>
          </dt>
          <dd class="quiet">{words}</dd>
        </div>
      ))}
    </dl>
  )
}
