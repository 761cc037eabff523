/** Machines that live within the agent: each can be shown in place of its own chart. */
import type { PointView } from '../../contract/agent.js'
import { Icon } from '../parts/icon.js'
import { listOf } from '../parts/list-of.js'
import { plain, shown } from '../parts/safe-text.js'
import { machineKey } from './shown-machine.js'

export interface MachinesProps {
  readonly point: PointView | undefined
  /** Key of the one that is shown; empty: the root. */
  readonly chosen: string
  readonly root: string
  readonly onChoose: (key: string) => void
}

export function Machines({ point, chosen, root, onChoose }: MachinesProps) {
  const machines = listOf(point?.children).filter(({ kind, src }) => kind === 'machine' && src !== undefined)
  if (machines.length === 0 && chosen === '') return null
  return (
    <div class="machines" role="group" aria-label="Machines">
      {chosen === '' ? null : (
        <button type="button" class="machine" onClick={() => onChoose('')}>
          <Icon name="left" />
          {shown(root)}
        </button>
      )}
      {machines.map(({ path, src, active, status }) => {
        const [name, key] = [path.join('.'), machineKey(path)]
        return (
          <button
            key={key}
            type="button"
            class="machine"
            title={plain(src ?? '')}
            aria-pressed={key === chosen}
            onClick={() => onChoose(key)}
          >
            <Icon name="child" />
            <strong>{shown(name)}</strong>
            <span>{status === 'active' ? shown(active.join(', ')) : status}</span>
          </button>
        )
      })}
    </div>
  )
}
