/** What a tool is, and the arguments that several tools have. */

/**
 * `json` is any value; it reaches the command as its text, so that none can name a file. `outcome` is how an effect ends:
 * `{ effect, complete }` or `{ effect, fail }`.
 */
export interface Argument {
  readonly type: 'string' | 'integer' | 'boolean' | 'json' | 'strings' | 'outcome'
  readonly description: string
  readonly isRequired?: boolean
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
  /** What it shows may hold what the schemas say is secret. */
  readonly hidesSecrets?: true
  /** Its words, where they are not the name. */
  readonly command?: string
  /** Options that it always has. */
  readonly always?: readonly string[]
}

export const agent: Argument = {
  type: 'string',
  description: '<definition>-<id>, as `ls` shows it',
  isRequired: true,
  isPositional: true,
}
export const agents: Argument = {
  type: 'strings',
  description: 'names of agents, as `ls` shows them',
  isRequired: true,
  isPositional: true,
}
export const definition: Argument = { type: 'string', description: 'name of an agent definition', isPositional: true }
export const event: Argument = {
  type: 'string',
  description: 'type of the event',
  isRequired: true,
  isPositional: true,
}
export const payload: Argument = {
  type: 'json',
  description: 'the event without its type, an object',
  isPositional: true,
}
export const reason: Argument = { type: 'string', description: 'why; kept in the record' }
export const about: Argument = { type: 'json', description: 'which of several questions: members that the event has' }

export const text = (description: string): Argument => ({ type: 'string', description })
export const flag = (description: string): Argument => ({ type: 'boolean', description })
export const count = (description: string): Argument => ({ type: 'integer', description })
