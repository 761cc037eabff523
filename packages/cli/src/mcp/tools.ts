/**
 * What an MCP client may call: a row for each command. A tool is its command with `--json`, so what it answers is what the command
 * prints.
 */
import { ACTING } from './acting-tools.js'
import type { Argument, Tool } from './tool.js'
import { LOOKING } from './looking-tools.js'

/** All tools, or those that only look. */
export function toolsFor({ write }: { readonly write: boolean }): readonly Tool[] {
  return write ? [...LOOKING, ...ACTING.map((tool) => ({ ...tool, acts: true as const }))] : LOOKING
}

/** The arguments as JSON Schema. */
export function schemaOf({ arguments: known }: Tool): {
  readonly type: 'object'
  readonly properties: Record<string, object>
  readonly required: string[]
  readonly additionalProperties: false
} {
  const entries = Object.entries(known)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, argument]) => [name, propertyOf(argument)])),
    required: entries.filter(([, { isRequired }]) => isRequired === true).map(([name]) => name),
    additionalProperties: false,
  }
}

function propertyOf({ type, description }: Argument): object {
  if (type === 'json') return { description }
  if (type === 'strings') return { type: 'array', items: { type: 'string' }, minItems: 1, description }
  if (type === 'outcome') return { ...OUTCOME, description }
  return { type, description }
}

const OUTCOME = {
  type: 'object',
  properties: {
    effect: { type: 'string', description: 'its id, or its source where one effect of it was pending' },
    complete: { description: 'its output' },
    fail: { type: 'string', description: 'why it fails' },
  },
  required: ['effect'],
  additionalProperties: false,
}
