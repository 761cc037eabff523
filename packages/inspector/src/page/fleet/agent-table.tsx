/** Agents in a table, page by page. */
import { useEffect, useState } from 'preact/hooks'
import type { AgentRow, FleetFilter } from '../../contract/fleet.js'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { shown } from '../parts/safe-text.js'
import { StatusBadge } from '../parts/status-badge.js'
import { ago, duration } from '../parts/time-words.js'
import { addressOf, go } from '../route.js'
import { addKeys } from '../keys/keymap.js'
import { answers } from '../state/session.js'

const PAGE = 50

export interface AgentTableProps {
  readonly filter: FleetFilter
  /** Asks again when it changes. */
  readonly version: string
}

export function AgentTable({ filter, version }: AgentTableProps) {
  const { value, error, isPending } = useAnswer('agents', { ...filter, limit: PAGE }, { version })
  const [more, setMore] = useState<{ readonly rows: readonly AgentRow[]; readonly next?: string | undefined }>({
    rows: [],
  })
  useEffect(() => setMore({ rows: [] }), [JSON.stringify(filter), version])
  useEffect(
    () =>
      addKeys('Agents', [
        { keys: ['/'], what: 'Search agents', act: () => document.getElementById('filter')?.focus() },
      ]),
    [],
  )
  const rows = [...(value?.rows ?? []), ...more.rows]
  const next = more.rows.length > 0 ? more.next : value?.next
  const readOn = async (): Promise<void> => {
    const page = await answers
      .peek()
      ?.ask('agents', { ...filter, after: next ?? '', limit: PAGE })
      .catch(() => undefined)
    if (page !== undefined) setMore({ rows: [...more.rows, ...page.rows], next: page.next })
  }
  return (
    <>
      <Failure error={error} what="the list of agents" />
      {value === undefined ? (
        isPending && error === undefined ? (
          <p class="quiet">Reading …</p>
        ) : null
      ) : (
        <Rows rows={rows} />
      )}
      {next === undefined ? null : (
        <div class="center">
          <Button kind="plain" onClick={() => void readOn()}>
            More
          </Button>
        </div>
      )}
    </>
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
