/**
 * What stands in the way of agents that are parked: no one else looks at them before an event comes. Told at the start, once for
 * each place, however many wait there.
 *
 * Which agents are folded: those in states that ask for something, unless the one thing that is asked for is a timer, and one stands.
 * Of the others the directory says enough.
 */
import type { DefinitionInternals } from '../../definition/internals.js'
import { foldStream } from '../../history/fold-stream.js'
import type { Report } from '../../public/report.js'
import type { StateDocument } from '../../record/state-document.js'
import { incompatibilitiesOf, incompatibilityCode } from '../../step/compatibility.js'
import { standingPlace } from '../../step/standing-place.js'
import type { StandingPlace } from '../../step/standing-place.js'
import type { DirectoryEntry } from '../../store/port.js'
import { inParallel } from '../../world/in-parallel.js'
import { horizonOf } from '../liveness/due-watch.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import type { Guard } from './guard.js'
import { NotBegun } from './not-begun.js'

/** Agents of one place that a report names. */
const MAX_NAMED = 10

/** What is wrong, in words that are the same for all agents of the place. */
interface Trouble {
  readonly code: Report['code']
  readonly why: string
}

const NONE: readonly Trouble[] = []
const UNREGISTERED: readonly Trouble[] = [{ code: 'NEEDS_MIGRATION', why: 'the version is not registered here' }]
const NO_SUCH_STATE: readonly Trouble[] = [{ code: 'NEEDS_MIGRATION', why: `today's chart has no such state` }]

interface Found extends Trouble {
  readonly definition: string
  readonly version: number
  readonly active: readonly string[]
  readonly ids: string[]
  count: number
}

export class ParkedPlaces {
  readonly #runtime: WorkerRuntime
  readonly #signal: AbortSignal
  readonly #guard: Guard
  readonly #notBegun: NotBegun
  readonly #places = new Map<string, StandingPlace>()
  readonly #found = new Map<string, Found>()

  /** An agent that cannot be looked at is told by the guard, and holds up no other. */
  constructor(runtime: WorkerRuntime, { guard, signal }: { readonly guard: Guard; readonly signal: AbortSignal }) {
    this.#runtime = runtime
    this.#signal = signal
    this.#guard = guard
    this.#notBegun = new NotBegun(runtime.log)
  }

  /** A report for each place and cause, in the order in which the first agents of them were started. */
  async look(): Promise<readonly Report[]> {
    for await (const page of this.#runtime.store.directory.find({ status: 'active' })) {
      if (this.#signal.aborted) return []
      const troubles = new Map<DirectoryEntry, readonly Trouble[] | undefined>()
      const left = page.filter((entry) => {
        const known = this.#knownOf(entry)
        if (known !== 'to be folded') troubles.set(entry, known)
        return known === 'to be folded'
      })
      await inParallel(left, async (entry) =>
        troubles.set(entry, await this.#guard.run(entry.stream, () => this.#troublesOf(entry))),
      )
      for (const entry of page) for (const trouble of troubles.get(entry) ?? []) this.#add(entry, trouble)
    }
    return [...this.#found.values()].map(reportOf)
  }

  #add({ definition, version, active, id }: DirectoryEntry, trouble: Trouble): void {
    const key = JSON.stringify([definition, version, active, trouble.code, trouble.why])
    let found = this.#found.get(key)
    if (found === undefined)
      this.#found.set(key, (found = { ...trouble, definition, version, active, ids: [], count: 0 }))
    found.count++
    if (found.ids.length < MAX_NAMED) found.ids.push(id)
  }

  /** What the directory says. What stands in the way of an agent with work was told when it was looked at. */
  #knownOf(entry: DirectoryEntry): readonly Trouble[] | 'to be folded' {
    const { settings, world, cells } = this.#runtime
    const { definition: name, version, pending, stream, nextDueAt = Infinity } = entry
    const definition = settings.registry.find(name, version)
    if (definition === undefined) {
      const isTold = pending > 0 || nextDueAt <= world.clock.now() + horizonOf(settings)
      return isTold || !settings.registry.names.includes(name) ? NONE : UNREGISTERED
    }
    if (pending > 0) return cells.live(stream) === undefined ? NONE : 'to be folded'
    const place = this.#placeOf(definition, entry)
    if (!place.isThere) return NO_SUCH_STATE
    return asksForMore(place, entry) ? 'to be folded' : NONE
  }

  async #troublesOf({ definition: name, version, pending, stream }: DirectoryEntry): Promise<readonly Trouble[]> {
    const definition = this.#runtime.settings.registry.get(name, version)
    const state = await this.#fold(stream)
    if (state === undefined) return NONE
    const notBegun = await this.#notBegunIn(state, definition)
    return pending > 0 ? notBegun : [...incompatibleWith(state, definition), ...notBegun]
  }

  async #notBegunIn(state: StateDocument, definition: DefinitionInternals): Promise<readonly Trouble[]> {
    const what = await this.#notBegun.of(state, definition)
    return what.length === 0 ? [] : [{ code: 'NOT_BEGUN', why: what.join(', ') }]
  }

  #placeOf(definition: DefinitionInternals, { definition: name, version, active }: DirectoryEntry): StandingPlace {
    const key = JSON.stringify([name, version, active])
    let place = this.#places.get(key)
    if (place === undefined) this.#places.set(key, (place = standingPlace(definition, active)))
    return place
  }

  async #fold(stream: string): Promise<StateDocument | undefined> {
    return this.#runtime.cells.live(stream)?.state ?? (await foldStream(this.#runtime.log, stream)).state
  }
}

function asksForMore({ invokes, delays }: StandingPlace, { nextDueAt, inDoubt }: DirectoryEntry): boolean {
  return invokes > 0 || inDoubt > 0 || delays > 1 || (delays === 1) !== (nextDueAt !== undefined)
}

function incompatibleWith(state: StateDocument, definition: DefinitionInternals): readonly Trouble[] {
  const missing = incompatibilitiesOf(definition, state)
  if (missing.length === 0) return []
  return [{ code: incompatibilityCode(missing), why: missing.map(({ what }) => what).join('; ') }]
}

function reportOf({ code, why, definition, version, active, ids, count }: Found): Report {
  const where = active.length === 0 ? '' : ` in ${active.join(', ')}`
  const agents = `${count} agent${count === 1 ? '' : 's'} of ${definition}@${version}${where}`
  const message =
    code === 'NOT_BEGUN'
      ? `${agents} came there before today's chart asked for ${why}: it does not begin by itself`
      : `${agents}: ${why}`
  return { code, message, facts: { definition, version, active, count, agents: ids, why } }
}
