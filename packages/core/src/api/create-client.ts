/** `createClient`: a process that starts, sends and reads, beside those that perform. */
import type { AgentDefinition, NameOf } from '../definition/agent-types.js'
import type { Client, ClientOptions } from '../public/runtime.js'
import { coded } from '../coded.js'
import { checkClientOptions } from './check-options.js'
import { openRuntime } from './create-runtime.js'

/**
 * Opens a client on a store: it starts agents, sends to them, approves, watches and reads, takes none over, and performs nothing,
 * so a short script disturbs no one by its end. Workers perform what it asks for. It owns the store. Rejects as `createRuntime`.
 */
export async function createClient<const D extends AgentDefinition>(
  options: ClientOptions<D>,
): Promise<Client<NameOf<D>>> {
  return coded({ name: 'createClient', takes: 1 }, [options], async () => {
    checkClientOptions(options)
    return openRuntime({ ...options, worker: false })
  })
}
