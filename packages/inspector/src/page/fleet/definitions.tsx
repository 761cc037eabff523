/** Each definition with how many of its agents stand where. */
import type { FleetFilter, FleetGroup, FleetView } from '../../contract/fleet.js'
import { plain, shown } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { addressOf } from '../route.js'

interface Stack {
  readonly definition: string
  readonly versions: readonly number[]
  readonly agents: number
  readonly states: readonly { readonly state: string; readonly agents: number; readonly tone: string }[]
}

export function Definitions({ fleet, filter }: { readonly fleet: FleetView; readonly filter: FleetFilter }) {
  const stacks = stacksOf(fleet.groups)
  if (stacks.length === 0)
    return (
      <p class="empty">
        No agent has been started in this store. <code>refold start DEFINITION</code> starts one.
      </p>
    )
  return (
    <ul class="definitions" aria-label="Definitions">
      {stacks.map((stack) => (
        <li key={stack.definition} class={filter.definition === stack.definition ? 'definition chosen' : 'definition'}>
          <header>
            <a href={addressOf({ view: 'fleet', definition: stack.definition })}>
              <strong>{shown(stack.definition)}</strong>
            </a>
            {stack.versions.map((version) => (
              <a key={version} class="tag" href={addressOf({ view: 'fleet', definition: stack.definition, version })}>
                v{version}
              </a>
            ))}
            <span class="grow" />
            <span class="quiet">{count(stack.agents)}</span>
          </header>
          <StateBar stack={stack} />
        </li>
      ))}
    </ul>
  )
}

const SHOWN = 5

function StateBar({ stack }: { readonly stack: Stack }) {
  const { states, agents, definition } = stack
  return (
    <>
      <div class="state-bar" aria-hidden="true">
        {states.map(({ state, agents: part, tone }) => (
          <span
            key={state}
            class={tone}
            style={{ flexGrow: String(part / agents) }}
            title={`${plain(state)}: ${part}`}
          />
        ))}
      </div>
      <ul class="states">
        {states.slice(0, SHOWN).map(({ state, agents: part, tone }) => (
          <li key={state}>
            <a href={addressOf({ view: 'fleet', definition, state })}>
              <i class={tone} /> {shown(state)} <span class="quiet">{count(part)}</span>
            </a>
          </li>
        ))}
        {states.length > SHOWN ? <li class="quiet">+{states.length - SHOWN}</li> : null}
      </ul>
    </>
  )
}

function stacksOf(groups: readonly FleetGroup[]): readonly Stack[] {
  const names = [...new Set(groups.map(({ definition }) => definition))].toSorted()
  return names.map((definition) => {
    const own = groups.filter((group) => group.definition === definition)
    const byState = new Map<string, Map<string, number>>()
    for (const { active, agents, status, condition } of own)
      for (const state of active.length === 0 ? [status] : active) {
        const tone = toneOf(status, condition)
        const tones = byState.get(state) ?? new Map<string, number>()
        byState.set(state, tones.set(tone, (tones.get(tone) ?? 0) + agents))
      }
    return {
      definition,
      versions: [...new Set(own.map(({ version }) => version))].toSorted((one, other) => other - one),
      agents: own.reduce((sum, { agents }) => sum + agents, 0),
      states: [...byState]
        .map(([state, tones]) => ({ state, ...mostOf(tones) }))
        .toSorted((one, other) => other.agents - one.agents),
    }
  })
}

function toneOf(status: string, condition: string): string {
  if (status === 'error' || condition === 'blocked') return 'bad'
  if (status !== 'active') return 'ended'
  return condition === 'running' ? 'good' : 'held'
}

/** How many there are, and how most of them stand. */
function mostOf(tones: ReadonlyMap<string, number>): { readonly agents: number; readonly tone: string } {
  const sorted = [...tones].toSorted(([, one], [, other]) => other - one)
  return { agents: sorted.reduce((sum, [, agents]) => sum + agents, 0), tone: sorted[0]?.[0] ?? 'good' }
}
