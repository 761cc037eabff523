/** `refold approve`: shows what exactly is to be approved, and says yes to that. */
import { isRefoldError, printable, RefoldError } from '@refold/core'
import type { AnyAgent, ApprovalRequest } from '@refold/core'
import { actedText } from './acted-text.js'
import { attachTo, parseAddress } from './agent-argument.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
import { eventOf } from './event-argument.js'
import type { EventArgument } from './event-argument.js'
import { parseJson, textOf } from './json-argument.js'
import { hideOf } from './hidden-secrets.js'
import { withProject } from './project.js'
import type { Project } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface ApproveCommandOptions extends ProjectOptions, NotesOptions, ConfirmOptions {
  /** Which of several questions: JSON of members that the event has. */
  readonly about?: string
  /** Only shows what is asked. */
  readonly show?: boolean
  /** `payloadHash` of what was shown before: to anything else it says no yes. */
  readonly shown?: string
  /** `revision` of it: the same thing that was asked again since gets no yes. */
  readonly revision?: number
  readonly json: boolean
}

/** Resolves when the answer is durable, to the state after it. What has changed since it was shown is `STALE_APPROVAL`. */
export async function approve(
  address: string,
  argument: EventArgument,
  options: ApproveCommandOptions,
): Promise<string> {
  const about = options.about === undefined ? undefined : parseJson(await textOf(options.about), '--about')
  const event = await eventOf(argument)
  const { name, id } = parseAddress(address)
  return withProject(options, async (project) => {
    const agent = await attachTo(project, { name, id })
    const asked = await questionFor(agent, event, about)
    const toShow = options.showSecrets === true ? asked : await hidden(asked, project)
    if (options.show === true) return options.json ? JSON.stringify(toShow) : shown(toShow)
    if (options.shown !== undefined && options.shown !== asked.payloadHash)
      throw new RefoldError('STALE_APPROVAL', `${address} asks for something else than what was shown`, {
        hint: 'Look at it again with --show.',
        facts: { shown: options.shown, payloadHash: asked.payloadHash },
      })
    await confirm(`${shown(toShow)}\n${event.type}`, options)
    const { payload: _payload, ...now } = asked
    const approval = { ...now, revision: options.revision ?? asked.revision }
    const notes = notesOf(options)
    return actedText({ name, id }, await agent.send(event, { ...notes, approval }), options)
  })
}

/** The question that is named; else that of the event as a whole, or, where there are several of its type, the one about what the event says. */
async function questionFor(
  agent: AnyAgent,
  event: { readonly type: string },
  about: unknown,
): Promise<ApprovalRequest> {
  if (about !== undefined) return agent.approval(event.type, { about: about as never })
  const { type, ...said } = event
  try {
    return await agent.approval(type)
  } catch (error) {
    if (Object.keys(said).length === 0 || !NO_QUESTION.some((code) => isRefoldError(error, code))) throw error
    return agent.approval(type, { about: said })
  }
}

/** What a definition says that has no question of this type but one of several. */
const NO_QUESTION = ['EVENT_NOT_ACCEPTED', 'EVENT_REFUSED', 'NOT_SERIALIZABLE'] as const

/** What is asked may have come from a secret field. */
async function hidden(asked: ApprovalRequest, project: Project): Promise<ApprovalRequest> {
  const hide = await hideOf(project, `${asked.agent.name}-${asked.agent.id}`)
  return hide === undefined ? asked : { ...asked, payload: hide(asked.payload) }
}

function shown({ agent, event, revision, payload }: ApprovalRequest): string {
  return [
    printable(`${agent.name}-${agent.id} asks for "${event}" at revision ${revision}, about:`),
    JSON.stringify(payload, undefined, 2),
  ].join('\n')
}
