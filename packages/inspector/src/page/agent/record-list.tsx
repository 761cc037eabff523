/** The records of an agent, of which the chosen one is shown everywhere else. */
import { useCallback, useMemo, useRef } from 'preact/hooks'
import type { RecordMark, RecordRow } from '../../contract/agent.js'
import { route } from '../route.js'
import { Icon } from '../parts/icon.js'
import { plain, shown } from '../parts/safe-text.js'
import { count, duration } from '../parts/time-words.js'
import { VirtualList } from '../parts/virtual-list.js'
import type { RowRange } from '../parts/virtual-list.js'
import type { AgentModel } from '../state/agent-model.js'
import { change, moveTo } from '../state/moving.js'
import { briefOf, recordTitle } from './record-title.js'
import type { RowWindows } from './row-windows.js'

export interface RecordsProps {
  readonly model: AgentModel
  readonly rows: RowWindows
}

export function RecordList({ model, rows }: RecordsProps) {
  const only = (route.value.view === 'agent' ? route.value.only : undefined) ?? ''
  const length = model.length.value
  const found = useMemo(() => model.columns.matching(only), [only, length])
  const total = found?.length ?? length
  const revisionAt = (index: number): number => found?.[index] ?? model.columns.first + index
  const selected = model.settled.value
  const index = found === undefined ? selected - model.columns.first : indexAtOrBefore(found, selected)
  const seen = useRef(revisionAt)
  seen.current = revisionAt
  const onRange = useCallback(
    ({ from, to }: RowRange) => {
      const wanted = Array.from({ length: to - from + 1 }, (_, place) => seen.current(from + place))
      rows.want(wanted, model.last.peek())
    },
    [rows, length, found],
  )
  void rows.version.value
  return (
    <section class="records" aria-label="Records">
      <RecordFilter only={only} found={found === undefined ? undefined : total} />
      <VirtualList
        class="record-rows"
        role="grid"
        label={found === undefined ? `${count(length)} records` : `${count(total)} of ${count(length)} records`}
        count={total}
        rowHeight={44}
        selected={index}
        activeDescendant={`record-${selected}`}
        onRange={onRange}
        row={(at) => (
          <RecordLine
            key={revisionAt(at)}
            {...{ model }}
            row={rows.get(revisionAt(at))}
            revision={revisionAt(at)}
            index={at}
          />
        )}
      />
      {total === 0 ? <p class="empty">No record holds “{shown(only)}”.</p> : null}
    </section>
  )
}

function indexAtOrBefore(found: readonly number[], revision: number): number {
  const behind = found.findIndex((one) => one > revision)
  return (behind === -1 ? found.length : behind) - 1
}

function RecordFilter({ only, found }: { readonly only: string; readonly found: number | undefined }) {
  return (
    <div class="filter">
      <Icon name="search" />
      <input
        id="filter"
        type="search"
        value={only}
        placeholder="Filter: event, effect, failed, timer …"
        aria-label="Filter records"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => change({ only: event.currentTarget.value || undefined })}
      />
      {found === undefined ? <kbd>/</kbd> : <span class="quiet">{count(found)}</span>}
    </div>
  )
}

interface RecordLineProps {
  readonly model: AgentModel
  readonly row: RecordRow | undefined
  readonly revision: number
  readonly index: number
}

function RecordLine({ model, row, revision, index }: RecordLineProps) {
  const record = model.columns.get(revision)
  if (record === undefined) return null
  const isSelected = model.revision.value === revision
  const isDamaged = model.head.value?.trouble?.revision === revision
  return (
    <div
      id={`record-${revision}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      class={`record ${record.category}${isSelected ? ' selected' : ''}${isDamaged ? ' damaged' : ''}${revision > model.lastState.value ? ' behind' : ''}`}
      onClick={() => moveTo(model, revision)}
    >
      <span class="record-sign" role="gridcell" aria-label={record.category}>
        <Icon name={record.category} />
      </span>
      <span class="record-title" role="gridcell">
        {recordTitle(record, row)}
        <Marks row={row} isFailed={record.category === 'failed'} />
      </span>
      <span class="record-place quiet" role="gridcell" title={plain(record.type)}>
        {index > 0 ? <span class="after">+{duration(record.after)}</span> : null}{' '}
        <span class="revision">{revision}</span>
      </span>
      <span class="record-summary quiet" role="gridcell">
        <Summary row={row} />
      </span>
    </div>
  )
}

function Summary({ row }: { readonly row: RecordRow | undefined }) {
  if (row === undefined) return ' '
  const moved = row.active === undefined || row.active.length === 0 ? undefined : row.active.join(', ')
  return (
    <>
      {moved === undefined ? null : <span class="moved">→ {shown(moved)} </span>}
      {row.by === undefined ? null : <span>by {shown(row.by)} </span>}
      {briefOf(row)}
    </>
  )
}

const MARKS: Readonly<Record<RecordMark, string>> = {
  outside: '',
  owner: '',
  bad: 'failed',
  doubt: 'in doubt',
  late: 'late',
  sent: 'sent',
  emitted: 'emitted',
}

function Marks({ row, isFailed }: { readonly row: RecordRow | undefined; readonly isFailed: boolean }) {
  return (
    row?.marks.map((mark) =>
      MARKS[mark] === '' || (mark === 'bad' && isFailed) ? null : (
        <span key={mark} class={`mark ${mark}`}>
          {MARKS[mark]}
        </span>
      ),
    ) ?? null
  )
}
