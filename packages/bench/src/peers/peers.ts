/** Who is compared. */
import type { PeerServer } from './adapter.js'
import { serveRestate } from './restate-server.js'

export interface Peer {
  readonly name: string
  /** Of its adapter, from `dist/peers`. */
  readonly module: string
  /** The package whose version is told. */
  readonly of: string
  /** Its packages are in the folder of the peers, not in the workspace. */
  readonly isInstalledApart: boolean
  /** A package of them that has to be compiled for this Node. */
  readonly native?: string
  readonly serve?: (directory: string) => Promise<PeerServer>
  /** Why it cannot run here. */
  readonly missing?: () => string | undefined
}

export const PEERS: readonly Peer[] = [
  { name: 'refold', module: './refold.js', of: '@refold/core', isInstalledApart: false },
  { ...apart('xstate-by-hand', 'xstate', { native: 'better-sqlite3' }), module: './xstate-by-hand.js' },
  apart('restate', '@restatedev/restate-server', { serve: serveRestate }),
  apart('langgraph', '@langchain/langgraph', { native: 'better-sqlite3' }),
  apart('emmett', '@event-driven-io/emmett', { native: 'sqlite3' }),
  apart('openworkflow', 'openworkflow', { missing: withoutNodeSqlite }),
]

function apart(name: string, of: string, more: Pick<Peer, 'native' | 'serve' | 'missing'> = {}): Peer {
  return { name, module: `../../peers/${name}.mjs`, of, isInstalledApart: true, ...more }
}

function withoutNodeSqlite(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 13)) return undefined
  return `its SQLite backend needs node:sqlite, which Node ${process.versions.node} does not have (22.13 and newer have it)`
}
