/** The effects that were asked for up to the chosen record: input, attempts, output, errors, cost. */
import type { EffectBar } from '../../contract/agent.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { Icon } from '../parts/icon.js'
import { plain, shown } from '../parts/safe-text.js'
import { count, dollars, duration } from '../parts/time-words.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'
import { EffectDetail } from './effect-detail.js'
import type { PanelProps } from './panel-props.js'

/** Records that are looked through, before and behind. */
const AROUND = 200

export function EffectsPanel({ model }: PanelProps) {
  const at = model.revision.value
  const step = Math.floor(at / AROUND) * AROUND
  const { first } = model.columns
  const from = Math.max(first, step - AROUND)
  const to = Math.min(model.last.value, step + AROUND - 1)
  const { value, error } = useAnswer('lanes', { agent: model.agent, from, to })
  const chosen = route.value.view === 'agent' ? route.value.effect : undefined
  const bars = (value?.effects ?? []).filter(({ scheduled }) => scheduled.revision <= at)
  const listed = bars.toSorted((one, other) => other.scheduled.revision - one.scheduled.revision)
  return (
    <div class="effects-panel scroll">
      <Failure error={error} what="the effects" />
      {value !== undefined && listed.length === 0 ? <p class="empty">No effect was asked for up to here.</p> : null}
      <ul class="effects">
        {listed.map((bar) => (
          <EffectItem
            key={bar.effect}
            model={model}
            bar={bar}
            at={at}
            isOpen={bar.effect === (chosen ?? listed[0]?.effect)}
          />
        ))}
      </ul>
      {from > first ? <p class="quiet">Effects that ended before revision {count(from)} are not listed here.</p> : null}
    </div>
  )
}

interface EffectItemProps extends Pick<PanelProps, 'model'> {
  readonly bar: EffectBar
  readonly at: number
  readonly isOpen: boolean
}

function EffectItem({ model, bar, at, isOpen }: EffectItemProps) {
  const { effect, src, attempts, usage } = bar
  const how = standing(bar, at)
  return (
    <li class={`effect ${how.class}`}>
      <button
        type="button"
        class="effect-head"
        aria-expanded={isOpen}
        onClick={() => change({ effect: isOpen ? '-' : effect })}
      >
        <Icon name={how.icon} />
        <strong title={plain(effect)}>{shown(src)}</strong>
        <span class="quiet">{how.text}</span>
        {attempts.length > 1 ? <span class="tag">{attempts.length} attempts</span> : null}
        <span class="grow" />
        {usage?.costUsd === undefined ? null : <span class="cost">{dollars(usage.costUsd)}</span>}
        <Icon name={isOpen ? 'open' : 'closed'} />
      </button>
      {isOpen ? <EffectDetail model={model} bar={bar} /> : null}
    </li>
  )
}

function standing({ end, doubted, scheduled }: EffectBar, at: number) {
  if (end !== undefined && end.revision <= at) {
    const took = duration(end.at - scheduled.at)
    if (end.how === 'failed') return { icon: 'failed', class: 'failed', text: `failed after ${took}` } as const
    if (end.how === 'left') return { icon: 'minus', class: 'left', text: `left after ${took}` } as const
    return { icon: 'done', class: 'done', text: `${end.how} in ${took}` } as const
  }
  if (doubted !== undefined && doubted.revision <= at)
    return { icon: 'doubt', class: 'doubt', text: 'in doubt' } as const
  return { icon: 'effect', class: 'pending', text: 'pending' } as const
}
