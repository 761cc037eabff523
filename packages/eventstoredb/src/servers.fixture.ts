/** The servers that tests run on. One that cannot run here says why, and is printed as skipped. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { writeCertificates, type CertificateFiles } from './certificates.fixture.js'
import { devServer } from './dev-server.fixture.js'
import { Cluster, insecureNode, REAL_COMMAND, securedNode } from './real-nodes.fixture.js'
import { freePort, hasCommand, scratchDirectory, type Scratch, type ServerProcess } from './server-process.fixture.js'

export interface TestServer extends ServerProcess {
  /** For ever. */
  stop(): Promise<void>
}

export interface ServerKind {
  readonly name: string
  /** Why it cannot run here. */
  readonly missing: string | undefined
  readonly make: () => Promise<TestServer>
}

const named = process.env['REFOLD_ESDB_URL']
const noCommand = hasCommand(REAL_COMMAND) ? undefined : `the command ${REAL_COMMAND} is not on the PATH`
const neither = noCommand === undefined ? undefined : `REFOLD_ESDB_URL is not set, and ${noCommand}`

export const DEV_SERVER = kind('the dev-server', undefined, ({ directory }) => onFreePort({ directory }))

export const SECURED_DEV_SERVER = kind('the dev-server with TLS and users', undefined, ({ directory }) => {
  const certificates = writeCertificates(directory)
  return onFreePort({ directory, certificates })
})

/** One of the tests' own, which they may kill. */
export const REAL_SERVER = kind('a real server', noCommand, ({ directory }) => insecureNode(directory))

/** The one that `REFOLD_ESDB_URL` names, else one of the tests' own. */
export const NAMED_SERVER: ServerKind = {
  name: 'a real server',
  missing: named === undefined ? neither : undefined,
  make: async () => (named === undefined ? REAL_SERVER.make() : elsewhere(named)),
}

export const SECURED_SERVER = kind('a real server with TLS and users', noCommand, ({ directory }) =>
  securedNode(directory, writeCertificates(directory)),
)

export const CLUSTER = kind('a real cluster of three', noCommand, ({ directory }) =>
  Cluster.of(directory, writeCertificates(directory)),
)

/** The tests on each of these servers, which is started for them. */
export function describeOn(kinds: readonly ServerKind[], tests: (server: () => TestServer) => void): void {
  for (const one of kinds.filter(({ missing }) => missing === undefined))
    // oxlint-disable-next-line vitest/valid-title -- the name of a server, as a title
    describe(one.name, () => {
      onServer(one, tests)
    })
  for (const { name, missing } of kinds.filter(({ missing }) => missing !== undefined))
    // oxlint-disable-next-line vitest/expect-expect -- it stands for the tests that cannot run
    test(`on ${name}`, (context) => context.skip(missing))
}

function onServer({ make, name }: ServerKind, tests: (server: () => TestServer) => void): void {
  let server: TestServer | undefined
  beforeAll(async () => {
    server = await make()
    await server.start()
  })
  afterAll(() => server?.stop())
  tests(() => {
    if (server === undefined) throw new Error(`${name} is not started yet`)
    return server
  })
}

function kind(
  name: string,
  missing: string | undefined,
  place: (scratch: Scratch) => Promise<ServerProcess>,
): ServerKind {
  const make = async (): Promise<TestServer> => {
    const scratch = scratchDirectory()
    const made = await place(scratch)
    return {
      port: made.port,
      connectionString: made.connectionString,
      start: () => made.start(),
      kill: () => made.kill(),
      killAll: () => made.killAll(),
      stop: async () => {
        await made.killAll()
        scratch.remove()
      },
    }
  }
  return { name, missing, make }
}

async function onFreePort(options: { directory: string; certificates?: CertificateFiles }): Promise<ServerProcess> {
  return devServer({ ...options, port: await freePort() })
}

function elsewhere(connectionString: string): TestServer {
  const refuse = (): Promise<never> => Promise.reject(new Error('the server that is named is left alone'))
  return { port: 0, connectionString, start: async () => {}, kill: refuse, killAll: refuse, stop: async () => {} }
}
