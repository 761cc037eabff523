/** What someone should look at, each a list. */
import type { Concern, FleetView } from '../../contract/fleet.js'
import { Icon } from '../parts/icon.js'
import type { IconName } from '../parts/icon.js'
import { plain } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { addressOf } from '../route.js'

const CONCERNS: readonly {
  readonly concern: Concern
  readonly name: string
  readonly icon: IconName
  readonly tone: string
  readonly about: string
}[] = [
  {
    concern: 'blocked',
    name: 'Blocked',
    icon: 'alert',
    tone: 'bad',
    about: 'Their own code threw: nothing goes on before a retry',
  },
  {
    concern: 'in-doubt',
    name: 'In doubt',
    icon: 'doubt',
    tone: 'held',
    about: 'An effect began and no one can tell whether it happened',
  },
  { concern: 'overdue', name: 'Overdue', icon: 'timer', tone: 'held', about: 'A timer should have fired' },
  {
    concern: 'waits-for-a-person',
    name: 'Waiting for a person',
    icon: 'owner',
    tone: 'info',
    about: 'They take an event that a person has to approve',
  },
  { concern: 'paused', name: 'Paused', icon: 'pause', tone: 'info', about: 'Someone held them' },
  {
    concern: 'unowned',
    name: 'Unowned',
    icon: 'control',
    tone: 'info',
    about: 'They have work, and no worker has claimed them',
  },
  {
    concern: 'unplaceable',
    name: 'Without a place',
    icon: 'chart',
    tone: 'bad',
    about: 'Today’s chart has no place for what they hold',
  },
]

export function Concerns({ fleet, chosen }: { readonly fleet: FleetView; readonly chosen: Concern | undefined }) {
  return (
    <ul class="concerns" aria-label="What someone should look at">
      <li>
        <a
          class={chosen === undefined ? 'concern all chosen' : 'concern all'}
          href={addressOf({ view: 'fleet' })}
          aria-current={chosen === undefined ? 'true' : undefined}
        >
          <strong>{count(fleet.agents)}</strong>
          <span>agents</span>
        </a>
      </li>
      {CONCERNS.map(({ concern, name, icon, tone, about }) => {
        const number = fleet.concerns[concern]
        const unknown = fleet.unknown[concern]
        const isNone = number === 0 || unknown !== undefined
        return (
          <li key={concern}>
            <a
              class={`concern ${isNone ? 'none' : tone}${chosen === concern ? ' chosen' : ''}`}
              aria-current={chosen === concern ? 'true' : undefined}
              href={addressOf({ view: 'fleet', concern })}
              title={unknown === undefined ? about : `Not known: ${plain(unknown)}`}
            >
              <strong>
                {isNone ? null : <Icon name={icon} />}
                {unknown === undefined ? count(number) : '?'}
              </strong>
              <span>{name}</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}
