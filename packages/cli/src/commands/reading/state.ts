/** `refold state`: what an agent was at a moment. */
import { fieldAt } from '@refold/core/history'
import type { HistoryState } from '@refold/core/history'
import { RefoldError } from '@refold/core/store'
import type { Found } from '../../output.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { momentOf } from './moment-argument.js'
import { stateOf } from './past-agent.js'
import { longJson, timeText } from './shown.js'

export interface StateCommandOptions extends ProjectOptions {
  /** A moment; default: now. */
  readonly at?: string
  /** A JSON pointer: only what stands there. */
  readonly path?: string
  readonly json: boolean
}

/** The state of its root, or what stands at a place, as JSON; with `--json` in one line, and the whole document with it. */
export async function state(agent: string, { at, path, json, ...options }: StateCommandOptions): Promise<Found> {
  const moment = at === undefined ? {} : { at: momentOf(at) }
  const read = path === undefined ? undefined : fieldAt(path)
  return withPast(options, async (past) => {
    const found = await stateOf(past, agent, moment)
    if (read === undefined)
      return json ? { text: JSON.stringify({ agent, ...found }) } : longJson(summaryOf(agent, found))
    const value = read(found.document)
    if (value === undefined) throw nothingAt(agent, { path: path ?? '', found })
    return json ? { text: JSON.stringify(value) } : longJson(value)
  })
}

function summaryOf(agent: string, { document: _document, at, active: _active, ...shown }: HistoryState): object {
  const { revision, ...rest } = shown
  return { agent, revision, at: timeText(at), ...rest }
}

function nothingAt(
  agent: string,
  { path, found }: { readonly path: string; readonly found: HistoryState },
): RefoldError {
  return new RefoldError('NOT_FOUND', `nothing stands at ${path} in ${agent} at revision ${found.revision}`, {
    hint: `/context/… is short for /root/context/…; --path '' shows all there is. \`refold find\` tells when a place has something.`,
  })
}
