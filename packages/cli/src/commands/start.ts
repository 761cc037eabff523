/** `refold start`: starts an agent; a worker performs it. */
import { randomBytes } from 'node:crypto'
import { RefoldError } from '@refold/core'
import { eventOf } from './event-argument.js'
import { parseJson, textOf } from './json-argument.js'
import { definitionNamed, withProject } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'

export interface StartCommandOptions extends ProjectOptions {
  readonly id?: string
  /** JSON, `@file`, or `-` for the standard input. */
  readonly input?: string
  /** Type of its first event. */
  readonly event?: string
  /** What stands beside the type: as `input`. */
  readonly payload?: string
  readonly by?: string
  readonly json: boolean
}

/** Resolves when the start is durable, to the line to print. */
export async function start(name: string, options: StartCommandOptions): Promise<string> {
  const input = options.input === undefined ? undefined : parseJson(await textOf(options.input), '--input')
  const event = await firstEvent(options)
  return withProject({ ...options, begins: true }, async ({ agents, runtime }) => {
    const definition = definitionNamed(agents, name)
    const id = options.id ?? newId()
    const agent = await runtime.start(definition, {
      id,
      input,
      ...(event === undefined ? undefined : { event }),
      ...notesOf(options),
    })
    if (!options.json) return `${agent.name}-${id}`
    return JSON.stringify({ agent: { name: agent.name, id }, revision: Number(agent.getSnapshot().revision) })
  })
}

/** In the order of their starts; of two at the same time each has its own. */
function newId(): string {
  return `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`
}

async function firstEvent({ event, payload }: StartCommandOptions): Promise<{ readonly type: string } | undefined> {
  if (event !== undefined) return eventOf({ type: event, payload })
  if (payload === undefined) return undefined
  throw new RefoldError('INVALID_INPUT', '--payload stands beside no event', {
    hint: 'Name its type with --event; what the agent is started with is --input.',
  })
}
