/** Agents in a table, a page at a time, which stays as new as the counts are. */
import { useEffect, useState } from 'preact/hooks'
import type { AgentRow, FleetFilter } from '../../contract/fleet.js'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { shown } from '../parts/safe-text.js'
import { StatusBadge } from '../parts/status-badge.js'
import { ago, count, duration } from '../parts/time-words.js'
import { addressOf, go } from '../route.js'
import { addKeys } from '../keys/keymap.js'

const PAGE = 50

export interface AgentTableProps {
  readonly filter: FleetFilter
  /** Asks again when it changes. */
  readonly version: string
}

export function AgentTable({ filter, version }: AgentTableProps) {
  const [afters, setAfters] = useAfters(filter)
  const after = afters.at(-1)
  const ask = { ...filter, ...(after === undefined ? undefined : { after }), limit: PAGE }
  const { value, of, error, isPending } = useAnswer('agents', ask, { version })
  useEffect(
    () =>
      addKeys('Agents', [
        { keys: ['/'], what: 'Search agents', act: () => document.getElementById('filter')?.focus() },
      ]),
    [],
  )
  return (
    <>
      <Failure error={error} what="the list of agents" />
      {value === undefined ? (
        isPending && error === undefined ? (
          <p class="quiet">Reading …</p>
        ) : null
      ) : (
        <Rows rows={value.rows} />
      )}
      <Pages afters={afters} next={of?.after === after ? value?.next : undefined} onAfters={setAfters} />
    </>
  )
}

/** The streams behind which the pages up to this one begin: none for the first. Other filters begin at the first. */
function useAfters(filter: FleetFilter): readonly [readonly string[], (afters: readonly string[]) => void] {
  const key = JSON.stringify(filter)
  const [place, setPlace] = useState<{ readonly of: string; readonly afters: readonly string[] }>({
    of: '',
    afters: [],
  })
  return [place.of === key ? place.afters : [], (afters) => setPlace({ of: key, afters })]
}

interface PagesProps {
  readonly afters: readonly string[]
  /** Of the page that is shown: the stream behind which the next one begins. */
  readonly next: string | undefined
  readonly onAfters: (afters: readonly string[]) => void
}

function Pages({ afters, next, onAfters }: PagesProps) {
  if (afters.length === 0 && next === undefined) return null
  return (
    <div class="center" role="group" aria-label="Pages">
      <Button
        icon="left"
        off={afters.length === 0 ? 'this is the first page' : undefined}
        onClick={() => onAfters(afters.slice(0, -1))}
      >
        Previous
      </Button>{' '}
      <span class="quiet">Page {count(afters.length + 1)}</span>{' '}
      <Button
        icon="right"
        off={next === undefined ? 'this is the last page' : undefined}
        onClick={() => next !== undefined && onAfters([...afters, next])}
      >
        Next
      </Button>
    </div>
  )
}

function Rows({ rows }: { readonly rows: readonly AgentRow[] }) {
  if (rows.length === 0) return <p class="empty">No agent fits these filters.</p>
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Standing</th>
            <th scope="col">State</th>
            <th scope="col">Owner</th>
            <th scope="col" class="number">
              Pending
            </th>
            <th scope="col">Next due</th>
            <th scope="col">Last record</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.stream} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ row }: { readonly row: AgentRow }) {
  const { stream, version, status, condition, active, owner, pending, inDoubt, nextDueAt, lastAt } = row
  const href = addressOf({ view: 'agent', agent: stream })
  const isLate = nextDueAt !== undefined && nextDueAt < Date.now()
  return (
    <tr onClick={() => go({ view: 'agent', agent: stream })}>
      <td>
        <a href={href} onClick={(event) => event.stopPropagation()}>
          {shown(stream)}
        </a>{' '}
        <span class="quiet">v{version}</span>
      </td>
      <td>
        <StatusBadge status={status} condition={condition} />
      </td>
      <td class="mono">{shown(active.join(', '))}</td>
      <td class="quiet">{owner === undefined ? '–' : shown(owner)}</td>
      <td class="number">
        {pending === 0 ? '–' : pending}
        {inDoubt > 0 ? <span class="tag">{inDoubt} in doubt</span> : null}
      </td>
      <td class={isLate ? 'late' : 'quiet'}>
        {nextDueAt === undefined
          ? '–'
          : isLate
            ? `${duration(Date.now() - nextDueAt)} late`
            : `in ${duration(nextDueAt - Date.now())}`}
      </td>
      <td class="quiet">{lastAt === undefined ? '–' : ago(lastAt)}</td>
    </tr>
  )
}
