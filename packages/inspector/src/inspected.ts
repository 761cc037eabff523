/** What an inspector was given to look at. */
import type { AgentDefinition, Client, ClientParts, Codec, Store, Upcaster } from '@refold/core'
import type { ExportedStreams, HistorySource } from '@refold/core/history'
import type { FleetSource } from './fleet/fleet-source.js'
import { fileFleet } from './fleet/file-fleet.js'

/** A store or a file, and what is known of its agents. */
export interface Inspected {
  readonly source: HistorySource
  readonly fleet: FleetSource['store']
  /** Absent: it is a file. */
  readonly store?: Store
  readonly codecs: readonly Codec[]
  readonly upcasters: readonly Upcaster[]
  /** Absent: no definitions are loaded. */
  readonly agents?: readonly AgentDefinition[] | undefined
  /** Absent: no definitions are loaded, or one is made. */
  readonly client?: Client
  /** Lets go of what was given to be closed. */
  close(): Promise<void>
}

/** What can be inspected. */
export interface Inspectable {
  /** A store, which is closed with the inspector; or what `openExport` gives. */
  readonly store: Store | ExportedStreams
  /** Definitions that may be needed to act, and to tell what exactly is asked. */
  readonly agents?: readonly AgentDefinition[]
  readonly codecs?: readonly Codec[]
  readonly upcasters?: readonly Upcaster[]
}

/** Of a client or a runtime: it, and its store, stay open. */
export function inspectedClient(client: Client): Inspected {
  const { store, agents, codecs = [], upcasters = [] }: ClientParts = client.parts
  return { source: store, fleet: store, store, codecs, upcasters, agents, client, close: async () => {} }
}

export function inspectedStore({ store, agents, codecs = [], upcasters = [] }: Inspectable): Inspected {
  const known = { codecs, upcasters }
  if ('streams' in store) return { source: store, fleet: fileFleet(store), ...known, close: async () => {} }
  return { source: store, fleet: store, store, ...known, agents, close: () => store.close() }
}
