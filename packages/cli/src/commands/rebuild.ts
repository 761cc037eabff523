/** `refold rebuild`: makes the directory again from the log, while agents go on. */
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface RebuildCommandOptions extends ProjectOptions {
  readonly json: boolean
}

/** Resolves to what was found. */
export async function rebuild(options: RebuildCommandOptions): Promise<string> {
  return withStore(options, async ({ store }) => {
    const { agents, repaired } = await store.directory.rebuild()
    return options.json ? JSON.stringify({ agents, repaired }) : `agents: ${agents}, entries repaired: ${repaired}`
  })
}
