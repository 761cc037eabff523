/** `refold mcp`: these commands as tools for a coding agent, over the Model Context Protocol. */
import { serve } from '../mcp/serve.js'
import type { ProjectOptions } from './store-only.js'

export interface McpCommandOptions extends ProjectOptions {
  readonly write?: boolean
}

/** Resolves when the client has gone. */
export async function mcp(
  { write = false, store, config, showSecrets = false }: McpCommandOptions,
  version: string,
): Promise<void> {
  const place = [
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(store === undefined ? [] : [`--store=${store}`]),
  ]
  await serve({ version, write, showSecrets, place })
}
