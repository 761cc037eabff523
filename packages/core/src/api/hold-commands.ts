/** Commands to a definition's agents, or to all: each agent gets a record of its own, and those that come later are held. */
import { suggestName } from '../world/nearest-name.js'
import { isOutOfReach, isRefoldError, RefoldError } from '../errors.js'
import type { ControlInput, Envelope } from '../decide/inputs.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import { isSettled } from '../runtime/limits/holds.js'
import { inParallel } from '../world/in-parallel.js'
import type { BulkResult, BulkFailure, HoldRequest, Hold } from '../public/holds.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import type { DirectoryQuery } from '../store/port.js'
import { NOTES, notesOf } from './agent-options.js'
import { requireOption } from '../check-members.js'
import { checkOptions, optionRule } from '../option-values.js'

export interface HoldCommands {
  readonly runtime: WorkerRuntime
  /** Looks whether the agent is to be performed here. */
  readonly takeUp: (cell: AgentCell) => Promise<void>
}

/** First the hold, so that a process which starts an agent from now on holds it; then the agents that are there. */
export async function placeHold(commands: HoldCommands, given: HoldRequest = {}): Promise<BulkResult> {
  const hold = holdOf(commands, given)
  await commands.runtime.holds.give({
    type: 'refold.hold.placed',
    hold,
    change: (standing) => [...standing.filter((other) => other.definition !== hold.definition), hold],
  })
  return swept(commands, [{ status: 'active' }], { hold, input: { kind: 'paused', bulk: true } })
}

/** Takes the hold back, then resumes what it held. Agents that were paused one by one stay so. */
export async function liftHold(commands: HoldCommands, given: HoldRequest = {}): Promise<BulkResult> {
  const hold = holdOf(commands, given)
  await commands.runtime.holds.give({
    type: 'refold.hold.lifted',
    hold,
    change: (standing) => {
      if (hold.definition === undefined) return []
      const all = standing.find(({ definition }) => definition === undefined)
      if (all !== undefined) throw allAreHeld(all)
      return standing.filter(({ definition }) => definition !== hold.definition)
    },
  })
  const held: readonly DirectoryQuery[] = [{ condition: 'paused' }, { condition: 'blocked' }]
  const queries = held.map((query) => ({ ...query, status: 'active' }) as const)
  return swept(commands, queries, { hold, input: { kind: 'resumed', bulk: true } })
}

interface Command {
  readonly hold: Hold
  readonly input: ControlInput
}

/** What is stored of the hold stands: that the agents cannot be looked through is no refusal of the command. */
async function swept(...[commands, queries, command]: Parameters<typeof sweep>): Promise<BulkResult> {
  try {
    return await sweep(commands, queries, command)
  } catch (cause) {
    if (!isOutOfReach(cause)) throw cause
    const done = command.input.kind === 'paused' ? 'stands' : 'is taken back'
    throw new RefoldError('STORE_UNKNOWN', `the hold ${done}, but not every agent was reached: ${cause.message}`, {
      hint: 'Ask again: it goes on with those that are left.',
      cause,
    })
  }
}

/** Bounded in memory by a page, and in concurrency. One agent's trouble keeps no other from its record. */
async function sweep(
  { runtime, takeUp }: HoldCommands,
  queries: readonly DirectoryQuery[],
  { hold, input }: Command,
): Promise<BulkResult> {
  const failed: BulkFailure[] = []
  let count = 0
  const envelope: Envelope = { input, worker: runtime.worker, ...notesOf(hold) }
  const { definition } = hold
  for (const query of queries) {
    const asked = definition === undefined ? query : { ...query, definition }
    for await (const page of runtime.store.directory.find(asked)) {
      await inParallel(page, async ({ stream, definition: name, id, condition }) => {
        if (input.kind === 'paused' && condition === 'paused') return
        try {
          const cell = await runtime.cells.load(stream)
          await cell.submit(envelope)
          count++
          if (input.kind === 'resumed') await takeUp(cell)
        } catch (error) {
          if (isRefoldError(error, 'CLOSED')) throw error
          if (!isSettled(error)) failed.push(failureOf({ name, id }, error))
        }
      })
    }
  }
  return { count, failed }
}

function holdOf({ runtime }: HoldCommands, given: HoldRequest): Hold {
  checkOptions(given, { ...NOTES, definition: optionRule.text })
  const { definition } = given
  const { names } = runtime.settings.registry
  if (definition !== undefined) {
    const path = 'definition'
    const hint = suggestName(definition, names)
    requireOption(names.includes(definition), { path, problem: `'${definition}' is not registered here`, hint })
  }
  const at = runtime.world.clock.now()
  return { ...(definition === undefined ? undefined : { definition }), at, ...notesOf(given) }
}

function allAreHeld({ by, at }: Hold): RefoldError {
  const message = `all agents are paused${by === undefined ? '' : ` by ${by}`} since ${new Date(at).toISOString()}`
  return new RefoldError('HELD', message, { hint: 'Resume all: `refold.resume()`.', facts: { by, at } })
}

function failureOf(agent: BulkFailure['agent'], error: unknown): BulkFailure {
  const code = isRefoldError(error) ? error.code : 'INVARIANT'
  return { agent, code, message: error instanceof Error ? error.message : String(error) }
}
