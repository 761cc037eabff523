/** `refold send`: sends an event to an agent. */
import { RefoldError } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import { eventOf } from './event-argument.js'
import type { EventArgument } from './event-argument.js'
import { definitionNamed, withProject } from './project.js'
import type { ProjectOptions } from './project.js'

export interface SendCommandOptions extends ProjectOptions {
  /** The same id twice is one event. */
  readonly id?: string
  readonly by?: string
  /** For a blocked agent: the event is stored, and decided after a `retry`. Else it is refused. */
  readonly keep?: boolean
  readonly json: boolean
}

/** Resolves when the event is durable, to the state after it; the standard error says when it is only kept. `payload` is JSON, `@file`, or `-`. */
export async function send(address: string, argument: EventArgument, options: SendCommandOptions): Promise<string> {
  const event = await eventOf(argument)
  const { name, id } = parseAddress(address)
  return withProject(options, async ({ agents, runtime, store }) => {
    const entry = await store.directory.get(`${name}-${id}`)
    const agent: AnyAgent = await runtime.attach(definitionNamed(agents, name, entry?.version), id)
    const { status, value, condition, deferred, revision } = await agent.send(event, {
      ...(options.id === undefined ? undefined : { id: options.id }),
      ...(options.by === undefined ? undefined : { by: options.by }),
      ...(options.keep === true ? { whenBlocked: 'keep' } : undefined),
    })
    // Else the state looks as if the event had done nothing, and someone sends it again.
    if (!options.json && deferred.some((kept) => kept.revision === revision))
      console.error(`"${event.type}" is kept until a state of ${address} takes it; ${deferred.length} wait so`)
    return options.json
      ? JSON.stringify({ agent: { name, id }, status, value, condition, deferred: deferred.map(({ type }) => type) })
      : JSON.stringify(value)
  })
}

/** `research-42`: a definition's name has no hyphen, an id may. */
function parseAddress(address: string): { readonly name: string; readonly id: string } {
  const hyphen = address.indexOf('-')
  if (hyphen > 0 && hyphen < address.length - 1)
    return { name: address.slice(0, hyphen), id: address.slice(hyphen + 1) }
  throw new RefoldError('INVALID_ID', `"${address}" names no agent`, {
    hint: 'An agent is named <definition>-<id>, as `refold ls` shows it.',
  })
}
