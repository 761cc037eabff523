/**
 * Pauses of whole definitions, which outlive every process: a stream of their own, whose last event says what stands.
 *
 * Invariants: a hold is appended with the expected revision, so that of two at once neither is lost; an agent's start
 * that was stored after the hold was placed is held, at its start or, by the one who started it, right after it.
 */
import type { Envelope } from '../../decide/inputs.js'
import { isRefoldError } from '../../errors.js'
import { newestEvent } from '../../history/stored-events.js'
import type { JsonValue } from '../../json/json-value.js'
import type { Expected } from '../../record/revision.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { NewEvent } from '../../store/port.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Teller } from '../events/event-hub.js'
import type { Lifecycle } from '../liveness/lifecycle.js'
import { ANSWER_WITHIN_MS, commit } from '../cell/commit.js'
import type { Hold } from '../../public/holds.js'

/** No definition's name begins so: it is no agent's stream. */
export const HOLDS_STREAM = 'refold-holds'

/** Holds that are given and taken back while one agent is started. */
const MOST_LOOKS = 5

export interface HoldsOptions {
  readonly log: AgentLog
  readonly world: World
  readonly events: Teller
  readonly lifecycle: Lifecycle
  /** In whose name agents are held. */
  readonly worker: string
}

/** What is appended: `standing` says it all, so that the last event is enough. */
interface HoldChange {
  readonly type: 'refold.hold.placed' | 'refold.hold.lifted'
  readonly hold: Hold
  readonly change: (standing: readonly Hold[]) => readonly Hold[]
}

interface Known {
  readonly head: Expected
  /** Id of the event there. */
  readonly headId?: string
  readonly standing: readonly Hold[]
}

export class Holds {
  readonly #options: HoldsOptions
  #known: Known = { head: 'no_stream', standing: [] }
  /** Holds given or lifted here: a look that began before one of them knows less than this process does. */
  #given = 0
  #reading: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(options: HoldsOptions) {
    this.#options = options
  }

  /** All that stands, as far as this process has read. */
  get standing(): readonly Hold[] {
    return this.#known.standing
  }

  /** The hold by which agents of a definition are held; `undefined`: none, as far as this process has read. */
  holding(name: string): Hold | undefined {
    return this.standing.find(({ definition }) => definition === undefined || definition === name)
  }

  /** Resolves when what was stored at the time of the call has been read. Many calls share one look at the store. */
  read(): Promise<void> {
    if (this.#reading === undefined) return (this.#reading = this.#read().finally(() => (this.#reading = undefined)))
    return (this.#next ??= this.#reading.then(go, go).then(() => {
      this.#next = undefined
      return this.read()
    }))
  }

  /** The same for who looks at it again soon. Never rejects. */
  async look(): Promise<void> {
    await this.read().catch((error: unknown) => {
      if (!isRefoldError(error, 'CLOSED'))
        this.#options.events.notice('warn', 'the holds cannot be read for now', { error })
    })
  }

  /** What a start says of the hold that it begins under. */
  duringStart(name: string): Pick<Envelope, 'held'> {
    const hold = this.holding(name)
    return hold === undefined ? {} : { held: noteOf(hold) }
  }

  /**
   * A hold that was given before a start was stored, and was not known here, holds the agent all the same; one that was taken back
   * meanwhile, or is as this is done, does not. Never rejects.
   */
  async afterStart(cell: AgentCell): Promise<void> {
    const { events, worker } = this.#options
    try {
      for (let looks = 0, last = ''; looks < MOST_LOOKS; looks++) {
        await this.read()
        const change = changeBy(this.holding(cell.definition.name), cell.state)
        if (change === undefined || change.input.kind === last) return // someone else has undone it
        last = change.input.kind
        await cell.submit({ ...change, worker })
      }
    } catch (error) {
      if (isRefoldError(error, 'CLOSED') || isSettled(error)) return
      const message = `it is unknown whether ${cell.stream} is to be paused by a hold`
      events.notice('warn', message, { error })
    }
  }

  /** Appends the hold to those there are, also when another process gives one. Throws what the store says, or what `change` throws. */
  async give({ type, hold, change }: HoldChange): Promise<void> {
    const { log, world, events, lifecycle } = this.#options
    for (;;) {
      await this.read()
      const { head, headId, standing: before } = this.#known
      const standing = change(before)
      const data = { ...hold, standing } as unknown as JsonValue // members that are absent, not undefined
      const event: NewEvent = { id: world.newId(), type, data, metadata: {} }
      const isClosed = (): boolean => lifecycle.isClosed
      const onUnknown = (error: unknown): void =>
        events.notice('warn', 'it is unknown whether a hold was stored; it is repeated', { error })
      const how = { onUnknown, isClosed, repeatedForMs: ANSWER_WITHIN_MS }
      const decidedOn = { expected: head, expectedId: headId }
      const result = await commit([event], { log, world, stream: HOLDS_STREAM, ...decidedOn, ...how })
      if (result.kind === 'stored') {
        this.#given++
        this.#known = { head: result.revision, headId: event.id, standing }
        return
      }
      if (result.kind !== 'conflict') throw result.error
    }
  }

  async #read(): Promise<void> {
    const { log } = this.#options
    const given = this.#given
    const newest = await newestEvent(log, HOLDS_STREAM)
    if (newest === undefined || given !== this.#given) return
    this.#known = { head: newest.revision, headId: newest.id, standing: standingOf(newest.data) }
  }
}

/** What an agent needs that has just been started, where its pause is not as the holds have it. */
function changeBy(
  hold: Hold | undefined,
  state: StateDocument | undefined,
): Pick<Envelope, 'input' | 'by' | 'reason'> | undefined {
  const paused = state?.agent.paused
  if (hold !== undefined && paused === undefined) return { input: { kind: 'paused', bulk: true }, ...noteOf(hold) }
  if (hold === undefined && paused?.bulk === true)
    return { input: { kind: 'resumed', bulk: true }, reason: 'the hold was taken back' }
  return undefined
}

/** Whether a hold found an agent that needs no hold any more. */
export function isSettled(error: unknown): boolean {
  return isRefoldError(error, 'ALREADY_SO') || isRefoldError(error, 'NOT_ACTIVE') || isRefoldError(error, 'NOT_FOUND')
}

function noteOf({ by, reason }: Hold): { readonly by?: string; readonly reason?: string } {
  return { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
}

function go(): void {}

/** Of another program's event: nothing. */
function standingOf(data: JsonValue): readonly Hold[] {
  const standing = (data as { readonly standing?: unknown } | null)?.standing
  return Array.isArray(standing) ? (standing as Hold[]) : []
}
