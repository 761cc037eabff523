/** An agent whose past is read, as the command line names it. */
import { nearestName, openHistory, readState } from '@refold/core/history'
import type { AgentHistory, HistoryOptions, HistoryState, ReadStateOptions } from '@refold/core/history'
import { isRefoldError, printable, RefoldError } from '@refold/core/store'
import type { Past } from '../store-only.js'

/** Its history. Rejects with `NOT_FOUND` and a name that is near. */
export function historyOf(past: Past, agent: string): Promise<AgentHistory> {
  return named(past, agent, () => openHistory(past.source, agent, optionsOf(past)))
}

/** Its state at a moment, or now. Rejects as `historyOf` does. */
export function stateOf(past: Past, agent: string, { at }: Pick<ReadStateOptions, 'at'>): Promise<HistoryState> {
  const moment = at === undefined ? {} : { at }
  return named(past, agent, () => readState(past.source, agent, { ...moment, ...optionsOf(past) }))
}

function optionsOf({ codecs, hideSecrets }: Past): Pick<HistoryOptions, 'codecs' | 'hideSecrets'> {
  return { codecs, hideSecrets }
}

/** Does what needs an agent; where there is none of that name, says which one is near. */
export async function named<R>({ names }: Pick<Past, 'names'>, agent: string, act: () => Promise<R>): Promise<R> {
  try {
    return await act()
  } catch (error) {
    const isUnknown = isRefoldError(error, 'NOT_FOUND') && error.facts?.['stream'] === agent && !('head' in error.facts)
    if (!isUnknown) throw error
    throw new RefoldError('NOT_FOUND', error.message, { cause: error, hint: await hintFor(names(), agent) })
  }
}

const STREAM_IS_GONE =
  'The directory has it, but its stream was deleted. `refold rebuild` takes it out of the directory: on a server once a scavenge has run.'

async function hintFor(names: AsyncIterable<string>, agent: string): Promise<string> {
  const known: string[] = []
  for await (const name of names) known.push(name)
  if (known.includes(agent)) return STREAM_IS_GONE
  const near = known.find((name) => name.endsWith(`-${agent}`)) ?? nearestName(agent, known)
  if (near !== undefined) return printable(`Did you mean ${near}?`)
  return known.length === 0 ? 'There are no agents.' : 'An agent is named <definition>-<id>, as `refold ls` shows it.'
}

/** What ends the states of a damaged history, to be said beside what is shown. */
export function troubleOf({ trouble }: AgentHistory): { readonly note?: string } {
  if (trouble === undefined) return {}
  return { note: printable(`from revision ${trouble.revision} on: ${trouble.error.message}`) }
}
