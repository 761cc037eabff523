/** Nodes of a real EventStoreDB, started here: one that is insecure, one with TLS and users, a cluster of three. */
import { join } from 'node:path'
import type { CertificateFiles } from './certificates.fixture.js'
import { answers, ask } from './http.fixture.js'
import { freePort, RunningCommand, serverProcess, type ServerProcess } from './server-process.fixture.js'

/** The command that starts a real server. */
export const REAL_COMMAND = 'eventstored'
const QUIET = ['--run-projections', 'None', '--stats-period-sec', '3600', '--disable-log-file']
/** A dead leader is noticed sooner than by default; the rest of the election is the server's own pace. */
const GOSSIP = ['--gossip-interval-ms', '500', '--gossip-timeout-ms', '1500']

interface Place {
  readonly directory: string
  readonly port: number
  readonly replicationPort: number
}

export async function insecureNode(directory: string): Promise<ServerProcess> {
  const place = { directory, port: await freePort(), replicationPort: await freePort() }
  return serverProcess(place.port, `esdb://127.0.0.1:${place.port}?tls=false`, {
    command: REAL_COMMAND,
    args: ['--insecure', ...placeArgs(place), ...QUIET],
    isReady: () => answers({ port: place.port, path: '/health/live', secured: false }),
  })
}

export async function securedNode(directory: string, certificates: CertificateFiles): Promise<ServerProcess> {
  const place = { directory, port: await freePort(), replicationPort: await freePort() }
  return serverProcess(place.port, securedString([place], certificates), {
    command: REAL_COMMAND,
    args: [...placeArgs(place), ...QUIET, ...securedArgs(certificates)],
    isReady: () => hasUsers(place.port),
  })
}

/** A secured cluster of three. `kill` kills its leader, and `start` starts the nodes that are dead. */
export class Cluster implements ServerProcess {
  readonly port: number
  readonly connectionString: string
  readonly #nodes: readonly { readonly port: number; readonly running: RunningCommand }[]
  readonly #dead = new Set<number>()

  private constructor(places: readonly Place[], certificates: CertificateFiles) {
    const hosts = places.map(({ port }) => `127.0.0.1:${port}`)
    this.port = places[0]?.port ?? 0
    this.connectionString = securedString(places, certificates)
    this.#nodes = places.map((place, index) => {
      const others = hosts.filter((_, other) => other !== index)
      const member = ['--cluster-size', '3', '--discover-via-dns', 'false', '--gossip-seed', others.join(',')]
      const args = [...member, ...GOSSIP, ...placeArgs(place), ...QUIET, ...securedArgs(certificates)]
      const isReady = () => hasUsers(place.port)
      return { port: place.port, running: new RunningCommand({ command: REAL_COMMAND, args, isReady }) }
    })
    for (const { port } of this.#nodes) this.#dead.add(port)
  }

  static async of(directory: string, certificates: CertificateFiles): Promise<Cluster> {
    const places: Place[] = []
    for (const node of ['one', 'two', 'three'])
      places.push({ directory: join(directory, node), port: await freePort(), replicationPort: await freePort() })
    return new Cluster(places, certificates)
  }

  async start(): Promise<void> {
    const dead = this.#nodes.filter(({ port }) => this.#dead.has(port))
    await Promise.all(dead.map(({ running }) => running.start()))
    this.#dead.clear()
  }

  async kill(): Promise<void> {
    let node
    while (node === undefined) {
      const leader = await this.#leader() // at times none: nodes elect when it suits them
      node = this.#nodes.find(({ port }) => port === leader)
    }
    this.#dead.add(node.port)
    await node.running.kill()
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#nodes.map(({ running }) => running.kill()))
  }

  async #leader(): Promise<number | undefined> {
    const living = this.#nodes.find(({ port }) => !this.#dead.has(port))
    const text = await ask({ port: living?.port ?? 0, path: '/gossip', secured: true, asAdmin: true })
    const { members } = JSON.parse(text) as { members: readonly { state: string; httpEndPointPort: number }[] }
    return members.find(({ state }) => state === 'Leader')?.httpEndPointPort
  }
}

function securedString(places: readonly Place[], { authority }: CertificateFiles): string {
  const hosts = places.map(({ port }) => `127.0.0.1:${port}`).join(',')
  return `esdb://admin:changeit@${hosts}?tls=true&tlsCAFile=${authority}`
}

function placeArgs({ directory, port, replicationPort }: Place): readonly string[] {
  const files = ['--db', join(directory, 'db'), '--log', join(directory, 'log')]
  return [...files, '--node-port', String(port), '--replication-port', String(replicationPort)]
}

function securedArgs({ authorities, certificate, key }: CertificateFiles): readonly string[] {
  const own = ['--certificate-file', certificate, '--certificate-private-key-file', key]
  return ['--trusted-root-certificates-path', authorities, ...own]
}

/** The users stand in a stream that the leader writes at its first start: before, no one is let in. */
function hasUsers(port: number): Promise<boolean> {
  return answers({ port, path: '/users', secured: true, asAdmin: true })
}
