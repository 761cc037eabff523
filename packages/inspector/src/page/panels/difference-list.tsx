/** Changes of a state: the place, what stood there and what stands there now. */
import type { DifferingPlace } from '../../contract/agent.js'
import { shortPath } from '../parts/json-rows.js'
import { JsonText } from '../parts/json-text.js'
import { shown } from '../parts/safe-text.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'

/** `from`: the record copied it from there. */
export type DifferenceLine = DifferingPlace & { readonly from?: string }

export interface DifferenceListProps {
  readonly rows: readonly DifferenceLine[]
  readonly isCut: boolean
}

const SHOWN = 200
const SIGNS = { add: '+', remove: '−', replace: '~' } as const

export function DifferenceList({ rows, isCut }: DifferenceListProps) {
  if (rows.length === 0 && !isCut) return <p class="empty">Nothing differs.</p>
  return (
    <ul class="patch">
      {rows.slice(0, SHOWN).map((row, index) => (
        <Line key={index} row={row} />
      ))}
      {isCut || rows.length > SHOWN ? <li class="quiet">There are more than are shown.</li> : null}
    </ul>
  )
}

function Line({ row }: { readonly row: DifferenceLine }) {
  const { change: what, path, before, after, from } = row
  return (
    <li class={`patch-line ${what}`}>
      <span class="sign" role="img" aria-label={what}>
        {SIGNS[what]}
      </span>
      {route.value.view === 'agent' ? (
        <button type="button" class="path-link" onClick={() => change({ field: shortPath(path), panel: 'state' })}>
          {shown(shortPath(path))}
        </button>
      ) : (
        <span class="path-link">{shown(shortPath(path))}</span>
      )}
      {before === undefined ? null : (
        <del>
          <JsonText value={before} />
        </del>
      )}
      {from === undefined ? null : <span class="quiet"> copied from {shown(from)}</span>}
      {after === undefined ? null : (
        <ins>
          <JsonText value={after} />
        </ins>
      )}
    </li>
  )
}
