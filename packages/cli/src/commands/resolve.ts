/** `refold resolve`: what someone found out about an effect in doubt. */
import { RefoldError } from '@refold/core'
import type { AgentTypes, AnyAgent, InDoubtEffect, Resolution } from '@refold/core'
import { actedText } from './acted-text.js'
import { attachTo, parseAddress } from './agent-argument.js'
import { parseJson, textOf } from './json-argument.js'
import { withProject } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface ResolveCommandOptions extends ProjectOptions, NotesOptions {
  /** It has happened, with this output: JSON, `@file`, or `-`. */
  readonly complete?: string
  /** It has not happened: once more, with the same key. */
  readonly again?: boolean
  /** Although its old owner may be alive. */
  readonly force?: boolean
  /** It has failed, for this reason. */
  readonly fail?: string
  /** Of an effect whose agent no longer waits for it: it is known. */
  readonly acknowledge?: boolean
  /** At which it was looked at: what is in doubt since is not settled. */
  readonly revision?: number
  readonly json: boolean
}

/** `effect`: its id, or the name of its source where one effect of it is in doubt. */
export async function resolve(address: string, effect: string, options: ResolveCommandOptions): Promise<string> {
  const resolution = await resolutionOf(options)
  const { name, id } = parseAddress(address)
  return withProject(options, async (project) => {
    const agent = await attachTo(project, { name, id })
    return actedText({ name, id }, await agent.resolve(await effectNamed(agent, effect), resolution), options)
  })
}

/** Of any agent. */
type Doubt = InDoubtEffect<AgentTypes>

async function resolutionOf(options: ResolveCommandOptions): Promise<Resolution<unknown>> {
  const { complete, again, force, fail, acknowledge, revision } = options
  const notes = { ...notesOf(options), ...(revision === undefined ? undefined : { revision }) }
  const given = [complete !== undefined, again === true, fail !== undefined, acknowledge === true].filter(Boolean)
  if (given.length !== 1)
    throw new RefoldError('INVALID_INPUT', 'say what became of it, in one way', {
      hint: '--complete <json>, --again, --fail <reason>, or --acknowledge.',
    })
  if (force === true && again !== true)
    throw new RefoldError('INVALID_INPUT', '--force stands without --again', {
      hint: 'It is for an effect that is to run once more although its old owner may be alive.',
    })
  if (complete !== undefined) return { ...notes, complete: parseJson(await textOf(complete), '--complete') as never }
  if (fail !== undefined) return { ...notes, fail: new Error(fail) }
  if (acknowledge === true) return { ...notes, acknowledge }
  return { ...notes, again: true, ...(force === true ? { force } : undefined) }
}

/** As it is in doubt now: one that arises meanwhile is not settled. */
async function effectNamed(agent: AnyAgent, effect: string): Promise<Doubt> {
  const doubts = (await agent.inDoubt()) as unknown as readonly Doubt[]
  const found = doubts.filter((one) => one.effect === effect || one.src === effect)
  if (found.length === 1 && found[0] !== undefined) return found[0]
  const list = doubts.map((one) => `${one.effect} (${one.src})`).join(', ')
  const hint = doubts.length === 0 ? 'No effect of this agent waits for anyone.' : `In doubt: ${list}.`
  throw new RefoldError('NOT_IN_DOUBT', `${found.length} effects in doubt are named "${effect}"`, { hint })
}
