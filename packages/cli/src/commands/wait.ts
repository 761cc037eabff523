/** `refold wait`: until an agent stands where a script goes on. */
import { isRefoldError, RefoldError } from '@refold/core'
import type { AgentState, AgentTypes } from '@refold/core'
import { refoldCommand } from '@refold/inspector/commands'
import { attachTo, parseAddress } from './agent-argument.js'
import { placesOf } from './command-places.js'
import type { Told } from '../output.js'
import { withProject } from './project.js'
import type { ProjectOptions } from './store-only.js'

export interface WaitCommandOptions extends ProjectOptions {
  /** A state by its path: `review`, `work.draft`. Absent: until it has ended. */
  readonly state?: string
  /** Seconds. Absent: as long as it takes. */
  readonly timeout?: number
  readonly json: boolean
}

/** `isDone: false`: it ended elsewhere, is blocked, or the time is over. */
export async function wait(address: string, options: WaitCommandOptions): Promise<Told> {
  const { name, id } = parseAddress(address)
  const { state: path, timeout } = options
  return withProject({ ...options, readOnly: true }, async (project) => {
    const agent = await attachTo(project, { name, id })
    const isThere = (state: AgentState<AgentTypes>): boolean =>
      path === undefined ? state.status === 'done' : state.matches(stateValueOf(path) as never)
    try {
      const state: AgentState<AgentTypes> = await agent.waitFor(
        (reached) => reached.status !== 'active' || isThere(reached),
        timeout === undefined ? {} : { timeoutMs: timeout * 1000 },
      )
      const { status, condition, value, output } = state
      const text = options.json
        ? JSON.stringify({ agent: { name, id }, status, condition, value, output })
        : `${status === 'active' ? condition : status} ${JSON.stringify(value)}`
      return { text, isDone: isThere(state) }
    } catch (error) {
      if (isRefoldError(error, 'BLOCKED'))
        throw new RefoldError('BLOCKED', error.message, { cause: error, hint: blockedHint(address, options) })
      if (!isRefoldError(error, 'TIMEOUT')) throw error
      throw new RefoldError('TIMEOUT', `${address} is not there after ${timeout} s`, { cause: error })
    }
  })
}

function blockedHint(address: string, options: ProjectOptions): string {
  const command = (verb: string): string => `\`${refoldCommand([verb, address], placesOf(options))}\``
  return `${command('show')} says why; after a fix: ${command('retry')}.`
}

/** `work.draft` as XState names it: `{ work: 'draft' }`. */
function stateValueOf(path: string): unknown {
  const [last = '', ...above] = path.split('.').toReversed()
  return above.reduce<unknown>((value, name) => ({ [name]: value }), last)
}
