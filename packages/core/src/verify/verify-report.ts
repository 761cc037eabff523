/** What verifying many histories found, in groups. It grows with what is different, within bounds, and not with what is read. */
import { alikeText } from './difference-groups.js'
import type { HistoryDifference, UndecidedWhy, VerifiedHistory } from './verified.js'

/** Groups of each list; of what comes beyond only the counts are kept. */
const MAX_GROUPS = 1_000
/** Agents that a group names. */
const MAX_NAMED = 5

/** Agents that have something in common, some of them by the name of their stream. */
export interface AgentGroup {
  readonly definition: string
  readonly version: number
  readonly agents: number
  /** At most five. */
  readonly streams: readonly string[]
}

/** Differences that are alike. */
export interface DifferenceGroup extends AgentGroup {
  /** Records that differ so. */
  readonly records: number
  /** The first of them, in the first agent of `streams`. */
  readonly example: HistoryDifference
}

/** A place at which today's code is not deterministic. */
export interface UnsteadyGroup extends AgentGroup {
  readonly type: string
  readonly path: string
  readonly records: number
}

/** What today's chart has no place for. */
export interface NoPlaceGroup extends AgentGroup {
  /** In words: what waits there; of the first of them. */
  readonly missing: string
}

/** Agents whose version has no code here. */
export interface NoCodeGroup extends AgentGroup {
  /** Of them still active. */
  readonly active: number
  /** Whether another version of their definition has code here. */
  readonly hasOtherVersion: boolean
}

/** A history that could not be read to its end. */
export interface TroubleGroup extends AgentGroup {
  readonly code: string
  /** Of the first of them. */
  readonly message: string
}

type Growing<G extends AgentGroup> = { -readonly [K in keyof G]: K extends 'streams' ? string[] : G[K] }

/** Collects what `verifyAgents` gives: `for await (const one of verifyAgents(…)) report.add(one)`. `JSON.stringify` takes it. */
export class VerifyReport {
  agents = 0
  records = 0
  /** Records that were decided again. */
  decided = 0
  /** Those that differ. */
  differing = 0
  /** Agents with a record that differs. */
  differingAgents = 0
  readonly undecided: { [why in UndecidedWhy]: number } = { 'no-chart': 0, 'no-code': 0, 'not-kept': 0, foreign: 0 }
  readonly #differences = new Map<string, Growing<DifferenceGroup>>()
  readonly #unsteady = new Map<string, Growing<UnsteadyGroup>>()
  readonly #noPlace = new Map<string, Growing<NoPlaceGroup>>()
  readonly #noCode = new Map<string, Growing<NoCodeGroup>>()
  readonly #troubles = new Map<string, Growing<TroubleGroup>>()

  /** Most records first. */
  get groups(): readonly DifferenceGroup[] {
    return [...this.#differences.values()].toSorted((one, other) => other.records - one.records)
  }
  get unsteady(): readonly UnsteadyGroup[] {
    return [...this.#unsteady.values()]
  }
  get noPlace(): readonly NoPlaceGroup[] {
    return [...this.#noPlace.values()]
  }
  get noCode(): readonly NoCodeGroup[] {
    return [...this.#noCode.values()]
  }
  get troubles(): readonly TroubleGroup[] {
    return [...this.#troubles.values()]
  }

  /**
   * Whether this code decides everything as it was decided, and can go on with every agent that is active: no difference, a place for
   * each, code for its version where its definition has any, and nothing that could not be read.
   */
  get isSame(): boolean {
    const isStranded = this.noCode.some(({ active, hasOtherVersion }) => active > 0 && hasOtherVersion)
    return this.differing === 0 && this.#noPlace.size === 0 && this.#troubles.size === 0 && !isStranded
  }

  add(history: VerifiedHistory): void {
    this.agents++
    this.records += history.records
    this.decided += history.decided
    this.differing += history.differing
    if (history.differing > 0) this.differingAgents++
    for (const why of Object.keys(this.undecided) as UndecidedWhy[]) this.undecided[why] += history.undecided[why]
    this.#addDifferences(history)
    this.#addUnsteady(history)
    this.#addStanding(history)
  }

  toJSON(): object {
    const { agents, records, decided, differing, differingAgents, undecided, isSame } = this
    const { groups, unsteady, noPlace, noCode, troubles } = this
    const counts = { isSame, agents, records, decided, undecided, differing, differingAgents }
    return { ...counts, groups, unsteady, noPlace, noCode, troubles }
  }

  #addDifferences(history: VerifiedHistory): void {
    for (const { group: name, records, ...example } of history.differences) {
      const { version } = example
      const group = grown(this.#differences, { name, history: { ...history, version } }, () => ({
        records: 0,
        example,
      }))
      if (group !== undefined) group.records += records
    }
  }

  #addUnsteady(history: VerifiedHistory): void {
    for (const { type, path, records } of history.unsteady) {
      const name = JSON.stringify([history.agent.name, history.version, type, path])
      const group = grown(this.#unsteady, { name, history }, () => ({ type, path, records: 0 }))
      if (group !== undefined) group.records += records
    }
  }

  #addStanding(history: VerifiedHistory): void {
    const { agent, version, status, code, noPlace, trouble } = history
    const nameOf = (what: string): string => JSON.stringify([agent.name, version, what])
    for (const missing of noPlace)
      grown(this.#noPlace, { name: nameOf(alikeText(missing)), history }, () => ({ missing }))
    if (code !== 'here') {
      const start = { active: 0, hasOtherVersion: code === 'other-version' }
      const group = grown(this.#noCode, { name: nameOf(code), history }, () => start)
      if (group !== undefined && status === 'active') group.active++
    }
    if (trouble === undefined) return
    const { code: why, message } = trouble.error
    grown(this.#troubles, { name: nameOf(why), history }, () => ({ code: why, message }))
  }
}

/** The group with this agent in it; `undefined`: it would be one too many. */
function grown<G extends AgentGroup>(
  groups: Map<string, Growing<G>>,
  { name, history: { agent, version, stream } }: { readonly name: string; readonly history: VerifiedHistory },
  start: () => Omit<G, keyof AgentGroup>,
): Growing<G> | undefined {
  let group = groups.get(name)
  if (group === undefined) {
    if (groups.size >= MAX_GROUPS) return undefined
    group = { definition: agent.name, version, agents: 0, streams: [], ...start() } as unknown as Growing<G> // all members are there
    groups.set(name, group)
  }
  ;(group as Growing<AgentGroup>).agents++
  if (group.streams.length < MAX_NAMED) group.streams.push(stream)
  return group
}
