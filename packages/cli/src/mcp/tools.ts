/**
 * What an MCP client may call: a row for each command. A tool is its command with `--json`, so what it answers is what the command
 * prints.
 */

/** `json` is any value; it reaches the command as its text, so that none can name a file. */
export interface Argument {
  readonly type: 'string' | 'integer' | 'boolean' | 'json' | 'strings'
  readonly description: string
  readonly isRequired?: true
  /** Where it stands: among the command's arguments; else it is the option of its name. */
  readonly isPositional?: true
}

export interface Tool {
  /** The command, too. */
  readonly name: string
  readonly description: string
  /** In the order of the command's arguments. */
  readonly arguments: Readonly<Record<string, Argument>>
  /** It changes something: only with `--write`. */
  readonly acts?: true
  /** Where it is not the name. */
  readonly command?: string
  /** Options that it always has. */
  readonly always?: readonly string[]
}

const agent: Argument = {
  type: 'string',
  description: '<definition>-<id>, as `ls` shows it',
  isRequired: true,
  isPositional: true,
}
const agents: Argument = {
  type: 'strings',
  description: 'names of agents, as `ls` shows them',
  isRequired: true,
  isPositional: true,
}
const definition: Argument = { type: 'string', description: 'name of an agent definition', isPositional: true }
const event: Argument = { type: 'string', description: 'type of the event', isRequired: true, isPositional: true }
const payload: Argument = { type: 'json', description: 'the event without its type, an object', isPositional: true }
const reason: Argument = { type: 'string', description: 'why; kept in the record' }
const about: Argument = { type: 'json', description: 'which of several questions: members that the event has' }

const text = (description: string): Argument => ({ type: 'string', description })
const flag = (description: string): Argument => ({ type: 'boolean', description })
const count = (description: string): Argument => ({ type: 'integer', description })

const LOOKING: readonly Tool[] = [
  {
    name: 'ls',
    description: 'List agents: status, condition, states, owner, when the next timer is due.',
    arguments: {
      definition,
      status: text('active, done, error or stopped'),
      condition: text('running, paused, blocked, in-doubt or suspected'),
      state: text('path of an active state: review, work.draft'),
      'in-doubt': flag('only those with an effect in doubt'),
      overdue: flag('only those with a timer that is past'),
      limit: { ...count('at most so many'), isRequired: true },
    },
  },
  {
    name: 'tail',
    description: 'The records of an agent, of a definition or of all: one line of JSON each, with who and why.',
    arguments: {
      who: { ...text('an agent or a definition; all without it'), isPositional: true },
      since: text('start, a time, or a cursor of a line'),
    },
    always: ['--once'],
  },
  {
    name: 'wait',
    description: 'Wait until an agent is in a state, or has ended.',
    arguments: { agent, state: text('review, work.draft'), timeout: { ...count('seconds'), isRequired: true } },
  },
  { name: 'plan', description: 'What a worker that began now would do: resume, ask, fire, report.', arguments: {} },
  {
    name: 'chart',
    description: 'The chart of a definition, with the active states of an agent.',
    arguments: { definition, version: count('of the definition'), agent: text('order-7, or order-7@12 at a revision') },
  },
  {
    name: 'stats',
    description: 'Count agents by where they stand.',
    arguments: { definition, log: flag('what they write: reads the whole log') },
  },
  {
    name: 'doctor',
    description: 'Look through the whole store for what is wrong: damage, gaps, a wrong directory.',
    arguments: { agents: flag("load the configuration's agents, and name what has no place in them") },
  },
  {
    name: 'approval',
    command: 'approve',
    description: 'What exactly is asked to be approved, with the payloadHash that `approve` wants.',
    arguments: { agent, event, about },
    always: ['--show'],
  },
]

const ACTING: readonly Tool[] = [
  {
    name: 'start',
    description: 'Start an agent. The same id twice is the same agent.',
    arguments: {
      definition: { ...definition, isRequired: true },
      id: { ...text('of the agent'), isRequired: true },
      input: { type: 'json', description: 'what the definition takes' },
      event: text('type of its first event'),
      payload: { type: 'json', description: 'of that event' },
    },
  },
  {
    name: 'send',
    description: 'Send an event to an agent; answers with the state after it.',
    arguments: {
      agent,
      event,
      payload,
      id: text('the same id twice is one event'),
      keep: flag('where it is blocked: store it'),
      reason,
    },
  },
  {
    name: 'approve',
    description: 'Say yes to what `approval` showed, and to nothing that came in its place meanwhile.',
    arguments: {
      agent,
      event,
      payload,
      about,
      shown: { ...text('payloadHash of `approval`'), isRequired: true },
      reason,
    },
    always: ['--yes'],
  },
  {
    name: 'resolve',
    description: 'Say what became of an effect in doubt, in one way. Find out first: money may have moved.',
    arguments: {
      agent,
      effect: { ...text('its id, or its source'), isRequired: true, isPositional: true },
      complete: { type: 'json', description: 'it has happened, with this output' },
      again: flag('it has not happened: once more, with the same key'),
      fail: text('it has failed, for this reason'),
      acknowledge: flag('its agent does not wait for it any more: it is known'),
      reason,
    },
  },
  { name: 'retry', description: 'Decide again what blocked agents hold, after a fix.', arguments: { agents, reason } },
  { name: 'pause', description: 'Hold effects and timers of agents.', arguments: { agents, reason } },
  { name: 'resume', description: 'Take a pause back.', arguments: { agents, reason } },
  {
    name: 'cancel',
    description: 'End agents as stopped.',
    arguments: { agents, reason, deadline: count('seconds that the chart has to end by itself') },
    always: ['--yes'],
  },
]

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
  return { type, description }
}
