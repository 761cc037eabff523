/** The filters of the list of agents, which stand in the address. */
import type { FleetFilter } from '../../contract/fleet.js'
import { Icon } from '../parts/icon.js'
import { plain } from '../parts/safe-text.js'
import { addressOf, move } from '../route.js'

const CHIPS = ['definition', 'version', 'state', 'status', 'condition', 'concern'] as const

export function FleetFilters({ filter }: { readonly filter: FleetFilter }) {
  return (
    <div class="filters">
      <div class="filter">
        <Icon name="search" />
        <input
          id="filter"
          type="search"
          value={filter.text ?? ''}
          aria-label="Search agents by name"
          placeholder="Part of an agent’s name"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => move({ ...filter, view: 'fleet', text: currentTarget.value })}
        />
        <kbd>/</kbd>
      </div>
      {CHIPS.map((name) => {
        const value = filter[name]
        if (value === undefined) return null
        const { [name]: _one, ...others } = filter
        return (
          <a key={name} class="chip" href={addressOf({ view: 'fleet', ...others })} title={`Without this filter`}>
            <span class="quiet">{name}</span> {plain(String(value))} <Icon name="close" />
          </a>
        )
      })}
    </div>
  )
}
