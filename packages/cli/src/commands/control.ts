/** `refold pause`, `resume`, `cancel` and `retry`: a command to agents that are named, or to all of a kind. */
import { isRefoldError, printable, RefoldError } from '@refold/core'
import type { AgentState, AgentTypes, AnyAgent, BulkFailure } from '@refold/core'
import { attachTo, parseAddress } from './agent-argument.js'
import type { Told } from '../output.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
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
    return withProject(options, (project) => toEach(project, names, { options, act: (agent) => agent[verb](notes) }))
  await confirm(`${verb} all agents${definition === undefined ? '' : ` of ${definition}`}`, options)
  return withProject(options, async ({ runtime }) => {
    const { count, failed } = await runtime[verb]({
      ...notes,
      ...(definition === undefined ? undefined : { definition }),
    })
    const isDone = failed.length === 0
    if (options.json) return { text: JSON.stringify({ count, failed }), isDone }
    return { text: [`${verb}d ${count}`, ...failed.map(failure)].join('\n'), isDone }
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
      await confirm(`${verb} ${agents(whom)}`, options)
    return toEach(project, whom, { options, act })
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

interface Commanded {
  readonly options: ControlCommandOptions
  readonly act: Control
}

/** One after the other; what one of them refuses is told beside what became of the others. */
async function toEach(project: Project, names: readonly string[], { options, act }: Commanded): Promise<Told> {
  const told: (Answer | BulkFailure)[] = []
  for (const name of names) {
    const agent = parseAddress(name)
    try {
      const { status, condition, value } = await act(await attachTo(project, agent))
      told.push({ agent, status, condition, value })
    } catch (error) {
      if (names.length === 1 || !isRefoldError(error)) throw error
      told.push({ agent, code: error.code, message: error.message })
    }
  }
  const isDone = told.every((one) => !('code' in one))
  if (options.json) return { text: JSON.stringify(told), isDone }
  return { text: told.map((one) => ('code' in one ? failure(one) : answer(one))).join('\n'), isDone }
}

interface Answer extends Pick<AgentState<AgentTypes>, 'status' | 'condition' | 'value'> {
  readonly agent: BulkFailure['agent']
}

function answer({ agent, status, condition, value }: Answer): string {
  const how = status === 'active' ? condition : status
  return [`${agent.name}-${agent.id}`, how, JSON.stringify(value)].map(printable).join('\t')
}

function failure({ agent, code, message }: BulkFailure): string {
  return [`${agent.name}-${agent.id}`, `error[${code}]`, message].map(printable).join('\t')
}

function agents(names: readonly string[]): string {
  return names.length === 1 ? `the agent ${names[0]}` : `${names.length} agents`
}

function assertOneWay(names: readonly string[], { definition, all = false }: ControlCommandOptions): void {
  const ways = [names.length > 0, definition !== undefined, all].filter(Boolean).length
  if (ways === 1) return
  throw new RefoldError('INVALID_INPUT', ways === 0 ? 'no agent is named' : 'agents are named in two ways', {
    hint: 'Name agents, or give --definition <name>, or --all.',
  })
}
