/** What a migration would make of many agents: those with the same fate are one group. */
import { printable } from '@refold/core'
import type { PatchOperation, PlannedMigration } from '@refold/core'
import { counted } from '@refold/core/store'
import { agentsNamed } from './agent-words.js'

const SHOWN_CHANGES = 6
const SHOWN_VALUE = 60
const NAMED = 5

interface Fate {
  readonly first: PlannedMigration
  agents: number
  readonly streams: string[]
}

export class MigrationPlan {
  agents = 0
  refused = 0
  /** For `--json`; else none are kept. */
  readonly all: PlannedMigration[] = []
  readonly #fates = new Map<string, Fate>()
  readonly #keepsAll: boolean

  constructor({ keepsAll }: { readonly keepsAll: boolean }) {
    this.#keepsAll = keepsAll
  }

  add(planned: PlannedMigration): void {
    const { agent, refused } = planned
    this.agents++
    if (refused !== undefined) this.refused++
    if (this.#keepsAll) this.all.push(planned)
    const key = keyOf(planned)
    const fate: Fate = this.#fates.get(key) ?? { first: planned, agents: 0, streams: [] }
    this.#fates.set(key, fate)
    fate.agents++
    if (fate.streams.length < NAMED) fate.streams.push(`${agent.name}-${agent.id}`)
  }

  text(): string {
    if (this.agents === 0) return 'no agent is to be moved'
    const would = `${this.agents - this.refused} of ${counted(this.agents, 'agent')} would move, ${this.refused} would be refused`
    const fates = [...this.#fates.values()].flatMap((fate) => ['', ...fateLines(fate)])
    return [would, ...fates].map(printable).join('\n')
  }
}

/** The same change of other values is the same fate. */
function keyOf({ from, active, refused, activeAfter, changes = [] }: PlannedMigration): string {
  const paths = changes.map(({ op, path }) => `${op} ${path.replaceAll(/\/\d+(\.t?\d+)?(?=\/|$)/g, '/*')}`)
  return JSON.stringify([from, active, refused?.code, missingIn(refused), activeAfter, paths])
}

function fateLines({ first, agents, streams }: Fate): readonly string[] {
  const { agent, from, to, active, refused, activeAfter = [], changes = [] } = first
  const where = from === 0 ? agent.name : `${agent.name}@${from} in ${active.join(' and ')}`
  const whose = `${where}: ${agentsNamed({ agents, streams })}`
  if (refused !== undefined) {
    const missing = missingIn(refused)
    const why = missing.length > 0 ? [`  no place for ${missing.join('; ')}`] : []
    return [whose, `  error[${refused.code}] ${refused.message}`, ...why]
  }
  const rest = changes.length - SHOWN_CHANGES
  return [
    whose,
    `  to version ${to} in ${activeAfter.join(' and ')}${changes.length === 0 ? ': nothing else changes' : ''}`,
    ...changes.slice(0, SHOWN_CHANGES).map((change) => `  ${changeText(change)}`),
    ...(rest > 0 ? [`  and ${counted(rest, 'change')} more`] : []),
  ]
}

function missingIn(refused: PlannedMigration['refused']): readonly string[] {
  const { missing } = (refused?.facts ?? {}) as { readonly missing?: readonly { readonly what: string }[] }
  return missing?.map(({ what }) => what) ?? []
}

function changeText(change: PatchOperation): string {
  const text = 'value' in change ? ` ${JSON.stringify(change.value)}` : 'from' in change ? ` ${change.from}` : ''
  return `${change.op} ${change.path}${text.length <= SHOWN_VALUE ? text : `${text.slice(0, SHOWN_VALUE - 1)}…`}`
}
