/** `refold consumers`: how the consumers of a store stand. Nothing of the project's own code is needed. */
import { createClient } from '@refold/core'
import type { Client, ConsumerStatus } from '@refold/core'
import { tableOf } from '../table.js'
import { withStore } from './store-only.js'
import type { CommandNature, ProjectOptions } from './store-only.js'

export interface ConsumersOptions extends ProjectOptions {
  readonly json: boolean
}

const COLUMNS = ['CONSUMER', 'OWNER', 'BEHIND', 'SINCE', 'PARKED', 'AGENTS'] as const

/** Rows, or a JSON array. */
export async function consumers(options: ConsumersOptions): Promise<string> {
  return withConsumers({ ...options, readOnly: true }, async (client) => {
    const found = await client.consumers()
    return options.json ? JSON.stringify(found) : tableOf(COLUMNS, found.map(cells))
  })
}

/** A client that knows no definition: what it is asked needs none. */
export function withConsumers<R>(
  options: ProjectOptions & CommandNature,
  work: (client: Client) => Promise<R>,
): Promise<R> {
  return withStore(options, async ({ store, codecs }) => {
    await using client = await createClient({ store, agents: [], codecs })
    return await work(client)
  })
}

function cells({ name, owner, lag, parked, agents }: ConsumerStatus): readonly string[] {
  const behind = lag === undefined ? 'CURSOR_LOST' : `${lag.records}${lag.atLeast === true ? '+' : ''}`
  const since = lag === undefined || lag.records === 0 ? '-' : `${Math.round(lag.ms / 1_000)} s`
  return [name, owner ?? '-', behind, since, String(parked), agents === undefined ? '*' : agents.join(',')]
}
