/** The conversation of an agent: the longest list of messages in its context, or the messages that came as payloads. */
import { fieldAt } from '@refold/core/history'
import type { AgentHistory, HistoryRecord } from '@refold/core/history'
import { toPointer } from '@refold/core/record'
import type { JsonObject, JsonValue, StateDocument } from '@refold/core/record'
import type { TranscriptMessage, TranscriptView } from '../contract/agent.js'
import { isMessage, toldBy } from './chat-shapes.js'
import { dataIn } from './record-parts.js'

/** Of one answer. */
const MOST_MESSAGES = 500

export async function transcriptOf(history: AgentHistory, at: number = history.lastState): Promise<TranscriptView> {
  const found = at < history.first ? undefined : listIn((await history.at(at)).context, [])
  return found === undefined ? fromPayloads(history, at) : fromList(history, { ...found, at })
}

interface FoundList {
  /** From the context on. */
  readonly keys: readonly string[]
  readonly items: readonly JsonObject[]
}

const DEEPEST = 6
const MOST_MEMBERS = 200

/** Of several the longest. */
function listIn(value: JsonValue, keys: readonly string[]): FoundList | undefined {
  if (typeof value !== 'object' || value === null || keys.length > DEEPEST) return undefined
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[]
    if (items.length > 0 && items.every(isMessage)) return { keys, items }
  }
  const below = Object.entries(value as JsonObject)
    .slice(0, MOST_MEMBERS)
    .map(([key, item]) => listIn(item, [...keys, key]))
    .filter((list) => list !== undefined)
  return below.toSorted((one, other) => other.items.length - one.items.length)[0]
}

async function fromList(
  history: AgentHistory,
  { keys, items, at }: FoundList & { readonly at: number },
): Promise<TranscriptView> {
  const path = toPointer(['root', 'context', ...keys])
  const revisions = await growthOf(history, { path, at })
  const told = items
    .slice(-MOST_MESSAGES)
    .flatMap((item, index) => messages(item, revisions[Math.max(0, items.length - MOST_MESSAGES) + index] ?? at))
  return {
    path,
    messages: told.slice(-MOST_MESSAGES),
    isCut: told.length > MOST_MESSAGES || items.length > MOST_MESSAGES,
  }
}

/** For each item of a list, the record since which it is that long. */
async function growthOf(
  history: AgentHistory,
  { path, at }: { readonly path: string; readonly at: number },
): Promise<readonly number[]> {
  const listAt = fieldAt(path)
  const revisions: number[] = []
  const note = (state: StateDocument, revision: number): boolean => {
    const list = listAt(state)
    const length = Array.isArray(list) ? list.length : 0
    revisions.length = Math.min(revisions.length, length)
    while (revisions.length < length) revisions.push(revision)
    return revision >= at
  }
  await history.find((state, { revision }) => note(state, revision), { limit: 1 })
  return revisions
}

async function fromPayloads(history: AgentHistory, at: number): Promise<TranscriptView> {
  const told: TranscriptMessage[] = []
  let isCut = false
  for await (const record of history.records({ to: at })) {
    told.push(...messagesIn(record).flatMap((message) => messages(message, record.revision)))
    if (told.length <= MOST_MESSAGES) continue
    told.splice(0, told.length - MOST_MESSAGES)
    isCut = true
  }
  return { messages: told, isCut }
}

/** The payload itself, or what it has under the usual names. */
function messagesIn(record: HistoryRecord): readonly JsonObject[] {
  const data = dataIn(record)
  const output = data['output']
  const inside = typeof output === 'object' && output !== null ? (output as JsonObject)['message'] : undefined
  return [data, data['message'], output, inside].filter(isMessage)
}

function messages(message: JsonObject, revision: number): readonly TranscriptMessage[] {
  return toldBy(message).map((told) => ({ ...told, revision }))
}
