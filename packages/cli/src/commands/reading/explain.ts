/** `refold explain`: one record whole, and why it came. */
import type { HistoryRecord, PatchOperation } from '@refold/core/history'
import { printable } from '@refold/core/store'
import type { Found } from '../../output.js'
import { tableOf } from '../../table.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { aboutRecord, becomes, whoText } from '@refold/inspector/answers'
import { chainTable, originText } from './chain.js'
import { fieldsText } from './fields-text.js'
import { agentAtOf } from './moment-argument.js'
import { historyOf } from './past-agent.js'
import { shortJson, timeText } from './shown.js'

export interface ExplainCommandOptions extends ProjectOptions {
  readonly json: boolean
}

/** `research-42@412`: what came and what it changed, then the chain of causes. */
export async function explain(what: string, { json, ...options }: ExplainCommandOptions): Promise<Found> {
  const { agent, at } = agentAtOf(what)
  return withPast(options, async (past) => {
    const opened = await historyOf(past, agent)
    const [record, causes] = [await opened.record(at), await opened.explain(at)]
    if (json) return { text: JSON.stringify({ agent, record, ...causes }) }
    return { text: [recordText(agent, record), '', 'why', chainTable(causes.chain), originText(causes)].join('\n') }
  })
}

function recordText(agent: string, record: HistoryRecord): string {
  const { revision, at, type, data, patch, approved } = record
  const fields = fieldsText([
    ['record', `${agent}@${revision} ${type}`],
    ['time', timeText(at)],
    ['by', whoText(record)],
    ['approved', shortJson(approved)],
    ['about', aboutRecord(record)],
    ['payload', shortJson(data)],
    ['becomes', becomes(record)],
    ['decided by', record.definition],
  ])
  if (patch === undefined) return [fields, printable('changed: its body cannot be read here')].join('\n')
  return [fields, '', tableOf(['CHANGE', 'PATH', 'VALUE'], patch.map(changeOf))].join('\n')
}

/** Patches speak of `{state, data, id}`; a reader of the state. */
function changeOf(operation: PatchOperation): readonly string[] {
  const place = (path: string): string => path.replace(/^\/state(?=\/|$)/, '')
  const path = place(operation.path) === '' ? '(all)' : place(operation.path)
  if (operation.op === 'copy') return ['copy', path, `from ${place(operation.from)}`]
  return [operation.op, path, 'value' in operation ? shortJson(operation.value) : '']
}
