/** Two lives beside each other, from the first record in which they differ. */
import { useEffect, useState } from 'preact/hooks'
import type { CompareView as Compared, Side } from '../../contract/agent.js'
import { briefOf } from '../agent/record-title.js'
import { useAnswer } from '../data/use-answer.js'
import { DifferenceList } from '../panels/difference-list.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { plain, shown } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { addressOf, go } from '../route.js'

export interface CompareViewProps {
  /** `research-42@400` */
  readonly left: string | undefined
  readonly right: string | undefined
}

export function CompareView({ left, right }: CompareViewProps) {
  useEffect(() => void (document.title = 'Compare · Refold'), [])
  const isWhole = left !== undefined && right !== undefined
  const { value, error } = useAnswer('compare', isWhole ? { left, right } : undefined)
  return (
    <main class="compare">
      <h1>Compare</h1>
      <SidesForm key={`${left} ${right}`} left={left ?? ''} right={right ?? ''} />
      <Failure error={error} what="the comparison" />
      {isWhole ? null : (
        <p class="quiet">
          Two revisions of an agent, two agents, or an agent and its fork: as <code>research-42@400</code>, or without a
          revision for the newest.
        </p>
      )}
      {value === undefined || !isWhole ? null : <Comparison compared={value} />}
    </main>
  )
}

function SidesForm({ left, right }: { readonly left: string; readonly right: string }) {
  const [sides, setSides] = useState({ left, right })
  return (
    <form
      class="compare-form"
      onSubmit={(event) => {
        event.preventDefault()
        go({ view: 'compare', ...sides })
      }}
    >
      <input
        class="mono"
        aria-label="Left"
        placeholder="agent@revision"
        spellcheck={false}
        autocomplete="off"
        value={sides.left}
        onInput={({ currentTarget }) => setSides({ ...sides, left: currentTarget.value })}
      />
      <Button
        kind="quiet"
        icon="compare"
        title="Swap"
        onClick={() => go({ view: 'compare', left: sides.right, right: sides.left })}
      />
      <input
        class="mono"
        aria-label="Right"
        placeholder="agent@revision"
        spellcheck={false}
        autocomplete="off"
        value={sides.right}
        onInput={({ currentTarget }) => setSides({ ...sides, right: currentTarget.value })}
      />
      <Button type="submit" kind="main">
        Compare
      </Button>
    </form>
  )
}

function Comparison({ compared }: { readonly compared: Compared }) {
  const { left, right, rows, divergence, places, isCut } = compared
  const before = rows.slice(0, divergence).length
  return (
    <div class="comparison">
      <section aria-label="Records">
        <div class="pair heads">
          <SideHead side={left} />
          <SideHead side={right} />
        </div>
        <p class="divergence-words">
          {divergence === undefined
            ? 'No record differs.'
            : `They differ from the marked row on, after ${before === 1 ? 'one that says' : `${count(before)} that say`} the same.`}
        </p>
        <ol class="pairs">
          {rows.map((row, index) => (
            <li
              key={index}
              class={`pair${row.same ? ' same' : ' differs'}${index === divergence ? ' divergence' : ''}`}
            >
              <Half row={row.left} here={left.agent} />
              <Half row={row.right} here={right.agent} />
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="Difference of the states" class="compare-patch">
        <h2>From the left state to the right one</h2>
        <DifferenceList rows={places} isCut={isCut} />
      </section>
    </div>
  )
}

function SideHead({ side: { agent, revision, active } }: { readonly side: Side }) {
  return (
    <div class="half head">
      <a href={addressOf({ view: 'agent', agent, at: revision })}>
        <strong>{shown(agent)}</strong> at {count(revision)}
      </a>
      <span class="mono quiet">{shown(active.join(', '))}</span>
    </div>
  )
}

function Half({ row, here }: { readonly row: Compared['rows'][number]['left']; readonly here: string }) {
  if (row === undefined) return <div class="half nothing" />
  return (
    <a
      class="half"
      href={addressOf({ view: 'agent', agent: row.agent, at: row.revision })}
      title={row.agent === here ? undefined : plain(row.agent)}
    >
      <span class="revision quiet">{row.revision}</span>
      <span>
        {row.active === undefined ? null : <span class="moved">→ {shown(row.active.join(', '))} </span>}
        {row.src === undefined ? null : <strong>{shown(row.src)} </strong>}
        {briefOf(row)}
      </span>
    </a>
  )
}
