/** `refold send`: sends an event to an agent. */
import { attachTo, parseAddress } from './agent-argument.js'
import { eventOf } from './event-argument.js'
import type { EventArgument } from './event-argument.js'
import { withProject } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface SendCommandOptions extends ProjectOptions, NotesOptions {
  /** The same id twice is one event. */
  readonly id?: string
  /** Only if the agent is as it was at this revision. */
  readonly expect?: number
  /** For a blocked agent: the event is stored, and decided after a `retry`. Else it is refused. */
  readonly keep?: boolean
  readonly json: boolean
}

/** Resolves when the event is durable, to the state after it; the standard error says when it is only kept. `payload` is JSON, `@file`, or `-`. */
export async function send(address: string, argument: EventArgument, options: SendCommandOptions): Promise<string> {
  const event = await eventOf(argument)
  const { name, id } = parseAddress(address)
  return withProject(options, async (project) => {
    const agent = await attachTo(project, { name, id })
    const { status, value, condition, deferred, revision } = await agent.send(event, {
      ...(options.id === undefined ? undefined : { id: options.id }),
      ...notesOf(options),
      ...(options.expect === undefined ? undefined : { expectedRevision: options.expect }),
      ...(options.keep === true ? { whenBlocked: 'keep' } : undefined),
    })
    // Else the state looks as if the event had done nothing, and someone sends it again.
    if (!options.json && deferred.some((kept) => kept.revision === revision))
      console.error(`"${event.type}" is kept until a state of ${address} takes it; ${deferred.length} wait so`)
    return options.json
      ? JSON.stringify({
          agent: { name, id },
          revision: Number(revision),
          status,
          value,
          condition,
          deferred: deferred.map(({ type }) => type),
        })
      : JSON.stringify(value)
  })
}
