/** `refold blame`: who set a field, and where its value came from. */
import type { Blame, BlameStep } from '@refold/core/history'
import { printable } from '@refold/core/store'
import type { Found } from '../../output.js'
import { tableOf } from '../../table.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { whoText } from '@refold/inspector/answers'
import { chainTable, originText } from './chain.js'
import { momentOf } from './moment-argument.js'
import { historyOf } from './past-agent.js'
import { shortJson, timeText } from './shown.js'

export interface BlameCommandOptions extends ProjectOptions {
  /** A moment; default: now. */
  readonly at?: string
  readonly json: boolean
}

/** The records on the way of the value, then the causes of the last of them. */
export async function blame(
  agent: string,
  path: string,
  { at, json, ...options }: BlameCommandOptions,
): Promise<Found> {
  const moment = at === undefined ? {} : { at: momentOf(at) }
  return withPast(options, async (past) => {
    const found = await (await historyOf(past, agent)).blame(path, moment)
    return { text: json ? JSON.stringify({ agent, ...found }) : textOf(found) }
  })
}

const COLUMNS = ['AGENT', 'REV', 'TIME', 'TYPE', 'HOW', 'FROM', 'BY'] as const

function textOf({ path, value, steps, causes }: Blame): string {
  const now = value === undefined ? 'is not there' : `= ${shortJson(value)}`
  return [
    printable(`${path} ${now}`),
    tableOf(COLUMNS, steps.map(rowOf)),
    ...(causes.chain.length > 1 ? ['', 'because of', chainTable(causes.chain.slice(1))] : []),
    '',
    originText(causes),
  ].join('\n')
}

function rowOf(step: BlameStep): readonly string[] {
  const { agent, revision, at, type, how, from = '', src } = step
  const what = src === undefined ? type : `${type} of ${src}`
  return [`${agent.name}-${agent.id}`, String(revision), timeText(at), what, how, from, whoText(step)]
}
