/** `refold parked`: records that consumers could not deal with, and what becomes of them. */
import { RefoldError } from '@refold/core'
import type { Client, ParkedRecord } from '@refold/core'
import { tableOf } from '../table.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
import { withConsumers } from './consumers.js'
import type { ConsumersOptions } from './consumers.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'
import { counted } from '@refold/core/store'

export interface SettleOptions extends ConsumersOptions, NotesOptions, ConfirmOptions {
  /** All parked records of the consumer, in place of keys. */
  readonly all?: boolean
}

const COLUMNS = ['CONSUMER', 'AGENT', 'KEY', 'TYPE', 'PARKED', 'ATTEMPTS', 'ERROR'] as const

/** Rows, or a JSON array. */
export async function parked(consumer: string | undefined, options: ConsumersOptions): Promise<string> {
  return withConsumers({ ...options, readOnly: true }, async (client) => {
    const names = consumer === undefined ? (await client.consumers()).map(({ name }) => name) : [consumer]
    const found = (await Promise.all(names.map((name) => ofConsumer(client, name)))).flat()
    if (options.json)
      return JSON.stringify(found.map(({ revision, ...rest }) => ({ revision: String(revision), ...rest })))
    return tableOf(COLUMNS, found.map(cells))
  })
}

/** Stored when it answers; given again by the process that runs the consumer. */
export async function settle(
  verb: 'retry' | 'skip',
  { consumer, keys }: { readonly consumer: string; readonly keys: readonly string[] },
  options: SettleOptions,
): Promise<string> {
  const { all = false, json } = options
  if (all === keys.length > 0)
    throw new RefoldError('INVALID_INPUT', 'name parked records by their keys, or all of them by --all', {
      hint: `refold parked ${consumer} lists them.`,
    })
  return withConsumers(options, async (client) => {
    const control = client.consumer(consumer)
    if (all)
      await confirm(`${verb} ${counted((await control.parked()).length, 'parked record')} of ${consumer}`, options)
    const count = await control[verb](all ? 'all' : keys, notesOf(options))
    return json ? JSON.stringify({ consumer, [verb === 'retry' ? 'retried' : 'skipped']: count }) : String(count)
  })
}

interface OfConsumer extends ParkedRecord {
  readonly consumer: string
}

async function ofConsumer(client: Client, consumer: string): Promise<readonly OfConsumer[]> {
  return (await client.consumer(consumer).parked()).map((record) => ({ consumer, ...record }))
}

function cells({ consumer, agent, key, type, at, attempts, error, isRetried }: OfConsumer): readonly string[] {
  const text = isRetried ? `(to be given again) ${error.message}` : error.message
  return [consumer, `${agent.name}-${agent.id}`, key, type, new Date(at).toISOString(), String(attempts), text]
}
