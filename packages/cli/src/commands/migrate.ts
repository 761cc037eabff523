/** `refold migrate`: agents to another version of their definition. First what would become of them, then it is done. */
import { isRefoldError, planMigration, RefoldError } from '@refold/core'
import type { AgentDefinition, AgentState, AgentTypes, MigrateOptions, StateOperation } from '@refold/core'
import type { Told } from '../output.js'
import { ProgressLine } from '../progress-line.js'
import { parseAddress } from './agent-argument.js'
import type { Address } from './agent-argument.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
import { agentsText, toEach } from './each-agent.js'
import { parseJson, textOf } from './json-argument.js'
import { MigrationPlan } from './migration-plan.js'
import { definitionNamed, pastOf, withProject } from './project.js'
import type { Project } from './project.js'
import { named } from './reading/past-agent.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'
import { counted } from '@refold/core/store'

export interface MigrateCommandOptions extends ProjectOptions, NotesOptions, ConfirmOptions {
  /** The version that they are to be at. */
  readonly to: number
  readonly plan?: boolean
  readonly apply?: boolean
  /** JSON of the operations. */
  readonly patch?: string
  readonly beginMissing?: boolean
  readonly json: boolean
}

/** `isDone: false`: one of them is refused, or would be. */
export async function migrate(names: readonly string[], options: MigrateCommandOptions): Promise<Told> {
  const { plan = false, apply = false, beginMissing } = options
  if (plan === apply)
    throw new RefoldError(
      'INVALID_INPUT',
      plan ? '--plan and --apply are two commands' : 'neither --plan nor --apply',
      {
        hint: '--plan says what would become of the agents, --apply does it.',
      },
    )
  const patch = options.patch === undefined ? undefined : await patchOf(options.patch)
  const how = {
    ...(patch === undefined ? undefined : { patch }),
    ...(beginMissing === undefined ? undefined : { beginMissing }),
  }
  return withProject(options, async (project) => {
    const whom = await streamsOf(project, names, { ...how, to: options.to })
    return plan ? planned(project, whom, { options, how }) : applied(project, whom, { options, how, names })
  })
}

type How = Pick<MigrateOptions, 'patch' | 'beginMissing'>

interface Migrating {
  readonly options: MigrateCommandOptions
  readonly how: How
}

async function planned(project: Project, whom: readonly string[], { options, how }: Migrating): Promise<Told> {
  const { store, codecs } = project
  const plan = new MigrationPlan({ keepsAll: options.json })
  const progress = new ProgressLine()
  for (const stream of whom) {
    progress.tell(() => `${plan.agents} of ${counted(whom.length, 'agent')}`)
    const agent = parseAddress(stream)
    const definition = versionOf(project, agent.name, options.to)
    try {
      plan.add(await planMigration(definition, agent.id, { store, codecs, ...how }))
    } catch (refused) {
      if (whom.length === 1 || !isRefoldError(refused)) throw refused
      plan.add({ agent, from: 0, to: options.to, active: [], refused }) // it cannot be read: the others can
    }
  }
  progress.end()
  return { text: options.json ? JSON.stringify(plan.all) : plan.text(), isDone: plan.refused === 0 }
}

async function applied(
  project: Project,
  whom: readonly string[],
  { options, how, names }: Migrating & { readonly names: readonly string[] },
): Promise<Told> {
  const { to, json } = options
  if (whom.length === 0) return { text: json ? '[]' : 'no agent is to be moved', isDone: true }
  if (whom.length > 1 || names.some((name) => !name.includes('-')))
    await confirm(`migrate ${agentsText(whom)} to version ${to}`, options)
  const notes = notesOf(options)
  const act = async ({ name, id }: Address): Promise<AgentState<AgentTypes>> => {
    const moved = await named(pastOf(project), `${name}-${id}`, () =>
      project.runtime.migrate(versionOf(project, name, to), id, { ...how, ...notes }),
    )
    return moved.getSnapshot()
  }
  return toEach(whom, { json, act })
}

/** Agents by their names, or those of a definition that are active and at another version. */
async function streamsOf(
  project: Project,
  names: readonly string[],
  { to, patch, beginMissing }: How & { readonly to: number },
): Promise<readonly string[]> {
  const [first = ''] = names
  if (names.length > 1 || first.includes('-')) return names.map((name) => streamOf(project, name, to))
  const definition = versionOf(project, first, to).name
  const isMeant = (version: number): boolean => version !== to || (beginMissing === true && patch === undefined)
  const streams: string[] = []
  for await (const page of project.store.directory.find({ definition, status: 'active' }))
    streams.push(...page.filter(({ version }) => isMeant(version)).map(({ stream }) => stream))
  return streams
}

function streamOf(project: Project, given: string, to: number): string {
  const { name, id } = parseAddress(given)
  return `${versionOf(project, name, to).name}-${id}`
}

/** Throws `UNKNOWN_DEFINITION` with the versions that there are. */
function versionOf({ agents }: Project, name: string, to: number): AgentDefinition {
  const found = definitionNamed(agents, name, to)
  if (found.version === to) return found
  const versions = agents.filter((agent) => agent.name === name).map(({ version }) => version)
  throw new RefoldError('UNKNOWN_DEFINITION', `the configuration has no version ${to} of "${name}"`, {
    hint: `It has: ${versions.join(', ')}.`,
  })
}

async function patchOf(argument: string): Promise<readonly StateOperation[]> {
  const patch = parseJson(await textOf(argument), '--patch')
  if (!Array.isArray(patch))
    throw new RefoldError('INVALID_INPUT', '--patch: must be a list of operations', {
      hint: 'For instance [{"op":"replace","path":"/root/value","value":"review"}]',
    })
  return patch as readonly StateOperation[] // what is no operation is refused when it is planned or made
}
