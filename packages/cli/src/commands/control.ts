/** `refold pause`, `resume`, `cancel` and `retry`: a command to agents that are named, or to all of a kind. */
import { RefoldError } from '@refold/core'
import type { AgentState, AgentTypes, AnyAgent } from '@refold/core'
import { attachTo } from './agent-argument.js'
import type { Told } from '../output.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
import { agentsText, failureLine, toEach } from './each-agent.js'
import { withProject } from './project.js'
import type { Project } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface ControlCommandOptions extends ProjectOptions, NotesOptions, ConfirmOptions {
  /** All agents of it, in place of names. */
  readonly definition?: string
  /** All agents of the store, in place of names. */
  readonly all?: boolean
  readonly json: boolean
}

export interface CancelCommandOptions extends ControlCommandOptions {
  /** Seconds that the chart has to end by itself. */
  readonly deadline?: number
  /** The detached children too. */
  readonly children?: boolean
}

type Control = (agent: AnyAgent) => Promise<AgentState<AgentTypes>>

/** Names stand for these agents; `--definition` and `--all` for a hold, which agents that start later begin under too. */
export async function pause(names: readonly string[], options: ControlCommandOptions): Promise<Told> {
  return hold('pause', names, options)
}

/** The other way round. */
export async function resume(names: readonly string[], options: ControlCommandOptions): Promise<Told> {
  return hold('resume', names, options)
}

/** Ends agents; of several, and of all of a definition, asks first. */
export async function cancel(names: readonly string[], options: CancelCommandOptions): Promise<Told> {
  const { deadline, children } = options
  const how = {
    ...notesOf(options),
    ...(deadline === undefined ? undefined : { deadlineMs: deadline * 1000 }),
    ...(children === true ? ({ children: 'cancel' } as const) : undefined),
  }
  return each('cancel', { names, options, isMeant: ({ status }) => status === 'active' }, (agent) => agent.cancel(how))
}

/** Decides again what blocked agents hold: by name, or all of a definition that are blocked, as after a fix. */
export async function retry(names: readonly string[], options: ControlCommandOptions): Promise<Told> {
  const notes = notesOf(options)
  return each('retry', { names, options, isMeant: ({ condition }) => condition === 'blocked' }, (agent) =>
    agent.retry(notes),
  )
}

async function hold(verb: 'pause' | 'resume', names: readonly string[], options: ControlCommandOptions): Promise<Told> {
  const notes = notesOf(options)
  const { definition, all = false } = options
  assertOneWay(names, options)
  if (definition === undefined && !all)
    return withProject(options, (project) => toEachOf(project, names, { options, act: (agent) => agent[verb](notes) }))
  await confirm(`${verb} all agents${definition === undefined ? '' : ` of ${definition}`}`, options)
  return withProject(options, async ({ runtime }) => {
    const { count, failed } = await runtime[verb]({
      ...notes,
      ...(definition === undefined ? undefined : { definition }),
    })
    const isDone = failed.length === 0
    if (options.json) return { text: JSON.stringify({ count, failed }), isDone }
    return { text: [`${verb}d ${count}`, ...failed.map(failureLine)].join('\n'), isDone }
  })
}

interface Whom {
  readonly names: readonly string[]
  readonly options: ControlCommandOptions
  /** Of all of a definition, those that the command is for. */
  readonly isMeant: (entry: { readonly status: string; readonly condition: string }) => boolean
}

async function each(verb: string, { names, options, isMeant }: Whom, act: Control): Promise<Told> {
  assertOneWay(names, options)
  return withProject(options, async (project) => {
    const whom = names.length > 0 ? names : await streamsOf(project, options.definition, isMeant)
    if (whom.length > 0 && (names.length === 0 || (verb === 'cancel' && names.length > 1)))
      await confirm(`${verb} ${agentsText(whom)}`, options)
    return toEachOf(project, whom, { options, act })
  })
}

async function streamsOf(
  { store }: Project,
  definition: string | undefined,
  isMeant: Whom['isMeant'],
): Promise<readonly string[]> {
  const streams: string[] = []
  for await (const page of store.directory.find(definition === undefined ? {} : { definition }))
    streams.push(...page.filter(isMeant).map(({ stream }) => stream))
  return streams
}

function toEachOf(
  project: Project,
  names: readonly string[],
  { options, act }: { readonly options: ControlCommandOptions; readonly act: Control },
): Promise<Told> {
  return toEach(names, { json: options.json, act: async (agent) => act(await attachTo(project, agent)) })
}

function assertOneWay(names: readonly string[], { definition, all = false }: ControlCommandOptions): void {
  const ways = [names.length > 0, definition !== undefined, all].filter(Boolean).length
  if (ways === 1) return
  throw new RefoldError('INVALID_INPUT', ways === 0 ? 'no agent is named' : 'agents are named in two ways', {
    hint: 'Name agents, or give --definition <name>, or --all.',
  })
}
