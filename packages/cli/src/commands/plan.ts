/** `refold plan`: what a worker that began now would do. Nothing is written and no code of an agent is run. */
import { formatPlan, planRecovery } from '@refold/core'
import { withProject } from './project.js'
import type { ProjectOptions } from './store-only.js'

export interface PlanCommandOptions extends ProjectOptions {
  readonly json: boolean
}

/** The text to print: a summary and a line for each agent that is more than parked, or all of it as JSON. */
export async function plan(options: PlanCommandOptions): Promise<string> {
  return withProject({ ...options, readOnly: true }, async ({ store, agents, codecs }) => {
    const planned = await planRecovery({ store, agents, codecs })
    return options.json ? JSON.stringify(planned) : formatPlan(planned)
  })
}
