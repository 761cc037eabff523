/** A chain of records, each caused by the next. */
import type { Cause, CauseHow, ChainRecord, Explanation, OutsideKind } from '@refold/core/history'
import { shown } from '../parts/safe-text.js'
import { ago, momentOf } from '../parts/time-words.js'
import { addressOf } from '../route.js'

const BECAUSE: Readonly<Record<CauseHow, string>> = {
  effect: 'the effect was asked for by',
  timer: 'the timer was set by',
  message: 'the message was sent by',
  sent: 'the message was sent by',
  waiting: 'the input was stored by',
  deferred: 'the event was kept by',
  cancel: 'cancelled by',
  action: 'an action ran in',
  fork: 'the fork goes on after',
}

const OUTSIDE: Readonly<Record<OutsideKind, string>> = {
  caller: 'sent from outside',
  effect: 'told by the body of the effect',
  clock: 'its time had come',
  operator: 'a command',
  worker: 'done by a worker',
}

export function CauseList({ explanation, here }: { readonly explanation: Explanation; readonly here: string }) {
  return (
    <ol class="causes">
      {explanation.chain.map((cause, index) => (
        <li key={index}>
          <RecordLine record={cause} here={here} />
          <CauseWords cause={cause} />
        </li>
      ))}
      {explanation.cut === undefined ? null : (
        <li class="quiet">
          {explanation.cut === 'limit'
            ? 'The chain goes on: no more causes were asked for.'
            : 'The record behind is not in this store.'}
        </li>
      )}
    </ol>
  )
}

function CauseWords({ cause: { outside, by, reason, because, isGuess } }: { readonly cause: Cause }) {
  return (
    <div class="cause-words">
      {outside === undefined ? null : (
        <span>
          {OUTSIDE[outside]}
          {by === undefined ? '' : ' by '}
          {by === undefined ? null : <strong>{shown(by)}</strong>}
          {reason === undefined ? null : <q>{shown(reason)}</q>}
        </span>
      )}
      {because === undefined ? null : (
        <span class="because">
          ↓ {BECAUSE[because]}
          {isGuess === true ? ' (the nearest that fits)' : ''}
        </span>
      )}
    </div>
  )
}

/** A record as a link to it. `here`: the stream that is shown. */
export function RecordLine({ record, here }: { readonly record: ChainRecord; readonly here: string }) {
  const stream = `${record.agent.name}-${record.agent.id}`
  return (
    <a class="record-link" href={addressOf({ view: 'agent', agent: stream, at: record.revision })}>
      <strong>{shown(record.src ?? record.type)}</strong>
      {record.src === undefined ? null : (
        <span class="quiet"> {record.kind.replace('effect.', '').replace('.', ' ')}</span>
      )}
      <span class="quiet" title={momentOf(record.at)}>
        {stream === here ? ' at ' : <span class="tag">{shown(stream)}</span>} revision {record.revision},{' '}
        {ago(record.at)}
      </span>
    </a>
  )
}
