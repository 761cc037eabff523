/** One effect whole. Its input stands in the state that asked for it, what came of it in the records about it. */
import type { HistoryRecord } from '@refold/core/history'
import type { JsonObject, JsonValue } from '@refold/core/record'
import { useMemo } from 'preact/hooks'
import type { EffectBar } from '../../contract/agent.js'
import { useAnswer } from '../data/use-answer.js'
import { Facts } from '../parts/facts.js'
import type { Fact } from '../parts/facts.js'
import { useCutValues } from '../parts/cut-values.js'
import { JsonTree } from '../parts/json-tree.js'
import { listOf } from '../parts/list-of.js'
import { plain, shown } from '../parts/safe-text.js'
import { count, dollars, duration, momentOf } from '../parts/time-words.js'
import type { AgentModel } from '../state/agent-model.js'
import { moveTo } from '../state/moving.js'

interface DetailProps {
  readonly model: AgentModel
  readonly bar: EffectBar
}

export function EffectDetail({ model, bar }: DetailProps) {
  const { effect, scheduled, end } = bar
  const { agent } = model
  const asked = useAnswer('point', { agent, at: scheduled.revision })
  const ended = useAnswer('record', end === undefined ? undefined : { agent, at: end.revision })
  const pending = listOf(asked.value?.effects).find((one) => one.effect === effect)
  return (
    <div class="effect-detail">
      <Facts facts={factsOf(bar, { model, key: pending?.key })} />
      <Attempts {...{ model, bar }} />
      <Labelled name="Input" value={pending?.input} agent={agent} at={scheduled.revision} />
      <Outcome record={ended.value} agent={agent} />
    </div>
  )
}

function factsOf(
  bar: EffectBar,
  { model, key }: { readonly model: AgentModel; readonly key: string | undefined },
): readonly Fact[] {
  const { scheduled, end, usage } = bar
  return [
    { name: 'Asked for', value: <RevisionLink model={model} {...scheduled} /> },
    ...(end === undefined ? [] : [{ name: 'Ended', value: <RevisionLink model={model} {...end} /> }]),
    ...(key === undefined ? [] : [{ name: 'Key', value: <code>{shown(key)}</code> }]),
    ...(usage === undefined ? [] : [{ name: 'Used', value: usageText(usage) }]),
  ]
}

function usageText({ inputTokens, outputTokens, costUsd }: NonNullable<EffectBar['usage']>): string {
  return [
    inputTokens === undefined ? undefined : `${count(inputTokens)} tokens in`,
    outputTokens === undefined ? undefined : `${count(outputTokens)} out`,
    costUsd === undefined ? undefined : dollars(costUsd),
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}

export function RevisionLink({
  model,
  revision,
  at,
}: {
  readonly model: AgentModel
  readonly revision: number
  readonly at: number
}) {
  return (
    <button type="button" class="link" title={momentOf(at)} onClick={() => moveTo(model, revision)}>
      revision {count(revision)}
    </button>
  )
}

function Attempts({ model, bar: { attempts } }: DetailProps) {
  const [first] = attempts
  if (attempts.length < 2 && (first?.end === undefined || first.end.how === 'done')) return null
  return (
    <ol class="attempts">
      {attempts.map(({ began, end, worker }, index) => (
        <li key={index} class={end?.how ?? 'pending'}>
          <span class="attempt-how">{end?.how ?? 'running'}</span>
          <span class="quiet">
            {end === undefined ? '' : ` after ${duration(end.at - began.at)}`}
            {worker === undefined ? '' : ` on ${plain(worker)}`}{' '}
          </span>
          {end === undefined ? null : <RevisionLink model={model} {...end} />}
          {end === undefined || end.how === 'done' || end.how === 'interrupted' ? null : (
            <AttemptError model={model} at={end.revision} />
          )}
        </li>
      ))}
    </ol>
  )
}

function AttemptError({ model, at }: { readonly model: AgentModel; readonly at: number }) {
  const { value } = useAnswer('record', { agent: model.agent, at })
  const error = dataOf(value)['error']
  return error === undefined ? null : <ErrorText error={error} diagnostics={value?.diagnostics} />
}

function Outcome({ record, agent }: { readonly record: HistoryRecord | undefined; readonly agent: string }) {
  if (record === undefined) return null
  const { error, output } = dataOf(record)
  if (error !== undefined)
    return (
      <>
        <h2 class="part">Error</h2>
        <ErrorText error={error} diagnostics={record.diagnostics} />
      </>
    )
  return <Labelled name="Output" value={output} agent={agent} at={record.revision} />
}

function dataOf(record: HistoryRecord | undefined): JsonObject {
  const data = record?.data as JsonValue | undefined
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : {}
}

function ErrorText({
  error,
  diagnostics,
}: {
  readonly error: JsonValue
  readonly diagnostics: HistoryRecord['diagnostics']
}) {
  const { name, message, stack, ...more } = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as JsonObject
  const trace = diagnostics?.stack ?? (typeof stack === 'string' ? stack : undefined)
  const place = [diagnostics?.state?.join(', '), diagnostics?.action, diagnostics?.guard].filter(
    (part) => part !== undefined,
  )
  return (
    <div class="error-text">
      <p>
        {typeof name === 'string' ? <strong>{shown(name)}: </strong> : null}
        {shown(typeof message === 'string' ? message : JSON.stringify(message ?? error))}
      </p>
      {place.length === 0 ? null : <p class="quiet">in {shown(place.join(' · '))}</p>}
      {Object.keys(more).length === 0 ? null : <code>{shown(JSON.stringify(more))}</code>}
      {trace === undefined ? null : <pre class="stack">{shown(trace)}</pre>}
    </div>
  )
}

interface LabelledProps {
  readonly name: string
  readonly value: JsonValue | undefined
  /** Where it stands, for what of it was cut. */
  readonly agent: string
  readonly at: number
}

function Labelled({ name, value, agent, at }: LabelledProps) {
  const { loaded, load } = useCutValues(agent, at)
  const sections = useMemo(
    () => (value === undefined ? [] : [{ label: name.toLowerCase(), path: '', value }]),
    [value, name],
  )
  if (value === undefined) return null
  return (
    <>
      <h2 class="part">{name}</h2>
      <JsonTree isInline label={name} sections={sections} open={['']} loaded={loaded} onCut={load} />
    </>
  )
}
