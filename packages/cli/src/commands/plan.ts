/** `refold plan`: what a worker that began now would do. Nothing is written and no code of an agent is run. */
import { formatPlan, planRecovery } from '@refold/core'
import type { AgentDefinition, PlannedAgent, PlanRemedies } from '@refold/core'
import { withProject } from './project.js'
import { refoldCommand } from '@refold/inspector/commands'
import { placesOf } from './command-places.js'
import type { ProjectOptions } from './store-only.js'

export interface PlanCommandOptions extends ProjectOptions {
  readonly json: boolean
}

/** The text to print: a summary and a line for each agent that is more than parked, or all of it as JSON. */
export async function plan(options: PlanCommandOptions): Promise<string> {
  return withProject({ ...options, readOnly: true }, async ({ store, agents, codecs }) => {
    const planned = await planRecovery({ store, agents, codecs })
    return options.json ? JSON.stringify(planned) : formatPlan(planned, { remedies: remediesFor(agents, options) })
  })
}

/** Each is a command to paste, that changes nothing: it shows what would change. */
function remediesFor(definitions: readonly AgentDefinition[], options: ProjectOptions): PlanRemedies {
  const migrate = (whom: string, to: number, ...more: readonly string[]): string =>
    `\`${refoldCommand(['migrate', whom], { ...placesOf(options), options: ['--to', String(to), ...more, '--plan'] })}\``
  return {
    troubled: ([first]) => {
      if (first?.code === 'UNREADABLE') return `\`${refoldCommand(['doctor'], placesOf(options))}\``
      if (first?.code !== 'NEEDS_MIGRATION') return undefined
      const { name } = first.agent
      const newest = Math.max(...definitions.filter((one) => one.name === name).map(({ version }) => version))
      // Those of a definition are the ones at other versions.
      return migrate(newest === first.version ? streamOf(first) : name, newest)
    },
    notBegun: ([first]) =>
      first === undefined ? undefined : migrate(first.agent.name, first.version, '--begin-missing'),
  }
}

function streamOf({ agent }: PlannedAgent): string {
  return `${agent.name}-${agent.id}`
}
