/** `npm run bench -- peers`: the same work done by all peers, in turns, so that a busy moment of the machine does not meet one alone. */
import type { Figures } from '../figures.js'
import { machineLines } from '../machine.js'
import { tableText } from '../table.js'
import { comparisonTable } from './comparison.js'
import type { PeerResult } from './comparison.js'
import { installFor, versionOf } from './install.js'
import { PEERS } from './peers.js'
import type { Peer } from './peers.js'
import { WORKS } from './works.js'

const USAGE = 2
const INTERRUPTED = 130

export interface PeerOptions {
  /** All, when it is empty. */
  readonly only: readonly string[]
  readonly runs: number
  readonly markdown: boolean
}

interface Run {
  readonly peer: Peer
  readonly figures: Figures[]
  skipped: string | undefined
}

/** Resolves to the exit code: 1 when a peer gave wrong answers or could not do a work that it began. */
export async function benchPeers({ only, runs, markdown }: PeerOptions): Promise<number> {
  const unknown = only.find((name) => PEERS.every((peer) => peer.name !== name))
  if (unknown !== undefined) {
    console.error(`there is no peer ${unknown}; there are ${PEERS.map(({ name }) => name).join(', ')}`)
    return USAGE
  }
  // So that what ends servers with this process is run.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED))
  const chosen = PEERS.filter(({ name }) => only.length === 0 || only.includes(name))
  const heading = [...machineLines(), `runs of each: ${runs}, in turns; the median is told`]
  const all = chosen.map((peer): Run => ({ peer, figures: [], skipped: peer.missing?.() ?? installFor(peer) }))
  const failures: string[] = []
  for (let round = 1; round <= runs; round++)
    for (const run of all) if (run.skipped === undefined) await runWorks(run, { round, runs, failures })
  const results = all.map(({ peer, figures, skipped }): PeerResult => {
    const { name } = peer
    return { name, version: versionOf(peer), runs: figures, ...(skipped === undefined ? {} : { skipped }) }
  })
  const skips = results.flatMap(({ name, skipped }) => (skipped === undefined ? [] : [`SKIPPED ${name}: ${skipped}`]))
  console.log(tableText(comparisonTable(results), { markdown, heading, closing: [...skips, ...failures] }))
  const anyWrong = all.some(({ figures }) => figures.some(({ wrong = 0 }) => wrong > 0))
  return anyWrong || failures.length > 0 ? 1 : 0
}

/** A work that fails is told of and left out; the others go on. */
async function runWorks(
  { peer, figures }: Run,
  { round, runs, failures }: { readonly round: number; readonly runs: number; readonly failures: string[] },
): Promise<void> {
  for (const [work, act] of Object.entries(WORKS)) {
    process.stderr.write(`run ${round} of ${runs}: ${peer.name}, ${work}\n`)
    try {
      figures.push(await act(peer))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      process.stderr.write(`${message}\n`)
      failures.push(`${peer.name}, ${work}, run ${round}: ${message.split('\n')[0] ?? ''}`)
    }
  }
}
