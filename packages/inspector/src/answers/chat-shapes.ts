/** Messages of a conversation, in the shapes that libraries keep them: OpenAI's, Anthropic's and the AI SDK's. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { TranscriptMessage } from '../contract/agent.js'
import { cutTo } from './cut.js'
import { memberText } from './record-parts.js'

type Told = Omit<TranscriptMessage, 'revision'>
type Tool = NonNullable<TranscriptMessage['tool']>

/** Whether it is a message: it has a role, and content or parts. */
export function isMessage(value: JsonValue | undefined): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { role, content, parts } = value as JsonObject
  const says = typeof content === 'string' || content === null || Array.isArray(content) || Array.isArray(parts)
  return typeof role === 'string' && says
}

/** What it says, and each call of a tool and what that gave by itself. */
export function toldBy(message: JsonObject): readonly Told[] {
  const role = memberText(message, 'role') ?? ''
  const { content, parts, tool_calls: calls } = message
  if (role === 'tool' && (typeof content === 'string' || message['tool_call_id'] !== undefined))
    return [{ role, text: '', tool: toolOf(message, { output: content }) }]
  const items = Array.isArray(parts) ? parts : Array.isArray(content) ? content : []
  const told = [
    ...(typeof content === 'string' && content !== '' ? [{ role, text: shortened(content) }] : []),
    ...(items as readonly JsonValue[]).flatMap((part) => toldByPart(role, part)),
    ...(Array.isArray(calls) ? (calls as readonly JsonValue[]).map((call) => calledOf(role, call)) : []),
  ]
  return told.length > 0 ? told : [{ role, text: '' }]
}

/** A string among the parts is text. */
function toldByPart(role: string, part: JsonValue): readonly Told[] {
  if (typeof part === 'string') return [{ role, text: shortened(part) }]
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return []
  const object = part as JsonObject
  const type = memberText(object, 'type') ?? ''
  const text = memberText(object, 'text')
  if (text !== undefined) return [{ role, text: shortened(text) }]
  if (!type.startsWith('tool')) return [{ role, text: `[${type === '' ? 'a part' : type}]` }]
  const input = object['input'] ?? object['args']
  const output = object['output'] ?? object['result'] ?? object['content']
  return [{ role, text: '', tool: toolOf(object, { input, output }) }]
}

/** OpenAI: the arguments are a text of JSON. */
function calledOf(role: string, call: JsonValue): Told {
  const called = (typeof call === 'object' && call !== null && !Array.isArray(call) ? call : {}) as JsonObject
  const name = memberText(called['function'], 'name') ?? ''
  const given = memberText(called['function'], 'arguments')
  const id = memberText(called, 'id')
  const input = given === undefined ? undefined : parsed(given)
  return { role, text: '', tool: { name, ...(id === undefined ? undefined : { id }), ...membersOf({ input }) } }
}

function toolOf(
  part: JsonObject,
  values: { readonly input?: JsonValue | undefined; readonly output?: JsonValue | undefined },
): Tool {
  const type = memberText(part, 'type') ?? ''
  const named = memberText(part, 'name') ?? memberText(part, 'toolName') ?? memberText(part, 'tool_name')
  const name = named ?? (/^tool-(?!call$|result$)/.test(type) ? type.slice('tool-'.length) : '')
  const ids = ['id', 'toolCallId', 'tool_use_id', 'tool_call_id'].map((key) => memberText(part, key))
  const id = ids.find((one) => one !== undefined)
  return { name, ...(id === undefined ? undefined : { id }), ...membersOf(values) }
}

/** Characters of a text or a value in a transcript. */
const LONGEST = 4_000

function membersOf({
  input,
  output,
}: {
  readonly input?: JsonValue | undefined
  readonly output?: JsonValue | undefined
}): object {
  return {
    ...(input === undefined ? undefined : { input: shortValue(input) }),
    ...(output === undefined ? undefined : { output: shortValue(output) }),
  }
}

function shortValue(value: JsonValue): JsonValue {
  return typeof value === 'string' ? shortened(value) : cutTo(value, { path: '', most: LONGEST })
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}
