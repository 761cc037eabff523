/** `createInspector`: agents in a browser, beside workers or alone. */
import { checkOptions, fromGiven, isRefoldError, optionRule } from '@refold/core/store'
import type { OptionRule, OptionRules } from '@refold/core/store'
import type { AgentDefinition, Client } from '@refold/core'
import { openHistory, readState } from '@refold/core/history'
import type { JsonValue } from '@refold/core/record'
import { Answers } from './answers/answers.js'
import type { Session } from './contract/answer.js'
import { AskedEvents } from './fleet/asked-events.js'
import { fleetRoutes } from './fleet/fleet-routes.js'
import { FleetWatch } from './fleet/fleet-watch.js'
import { GoneOwners } from './fleet/gone-owners.js'
import type { Ask } from './fleet/inbox.js'
import { Placement } from './fleet/placement.js'
import { surveyFleet } from './fleet/survey.js'
import type { Survey } from './fleet/survey.js'
import { inspectedClient, inspectedStore } from './inspected.js'
import type { Inspectable, Inspected } from './inspected.js'
import { attached } from './orders/acting.js'
import type { Acting } from './orders/acting.js'
import { orderRoutes } from './orders/order-routes.js'
import type { ReadOnly } from './orders/order-routes.js'
import { ownPackage } from './own-package.js'
import { agentServer } from './server/agent-server.js'
import { serve } from './server/serve.js'
import type { Certificate, InspectorServer } from './server/serve.js'
import type { Served } from './server/served.js'

/** How an inspector is served, and what may be done from it. */
export interface InspectorOptions {
  /** Default: 127.0.0.1. Another one than this machine's needs `tls`. */
  readonly host?: string
  /** Default: 7433, or the next one that is free. One that is named is taken, or refused; 0 is any. */
  readonly port?: number
  /** PEM. */
  readonly tls?: Certificate
  /** Events, approvals, resolutions, holds and forks may be ordered from the page: the definitions must be there. Default: `false`. */
  readonly write?: boolean
  /** Who gives orders that name no one. Default: the environment's `REFOLD_BY`. */
  readonly by?: string
  /** Of the store, as the page shows it. Default: none. */
  readonly name?: string
  /** What `--store` and `--config` of the commands are that the page shows. Default: nothing, as where a configuration is. */
  readonly places?: { readonly store?: string; readonly config?: string }
}

/** A page that is served. */
export interface Inspector {
  /** The address to open, with the token of this run. */
  readonly url: string
  readonly port: number
  /**
   * The same address for one who opens it once, within a minute: to start a browser with, as other users of a machine may read the
   * arguments of a process.
   */
  urlOnce(): string
  /** Ends it, and closes the store that it was given; a runtime and its store stay open. */
  close(): Promise<void>
}

const PORT = 7433
/** So many ports are tried, then any that is free is taken. */
const TRIES = 20

/**
 * Serves a page that shows the agents of a store, of an exported file, or of a client or runtime that goes on beside it. It reads only,
 * unless `write` is said. Rejects with `ADDRESS_IN_USE` for a port that is taken, `INVALID_INPUT` for a host that needs a certificate,
 * as `createClient`, and with what the store says when it cannot be read.
 */
export async function createInspector(
  given: Client | (Inspectable & InspectorOptions),
  options: InspectorOptions = {},
): Promise<Inspector> {
  const isClient = fromGiven('createInspector', () => 'attach' in given)
  const all = fromGiven('createInspector', () => (isClient ? { ...options } : { ...given, ...options }))
  checkInspector(all, isClient ? {} : INSPECTABLE)
  let inspected = fromGiven('createInspector', () =>
    isClient ? inspectedClient(given as Client) : inspectedStore(given as Inspectable),
  )
  try {
    await reach(inspected)
    inspected = await withClient(inspected)
    return await served(inspected, all)
  } catch (error) {
    await inspected.close().catch(() => undefined) // why it could not be served says more
    throw error
  }
}

const { any, flag, object, port: aPort, text } = optionRule
const OPTIONS: { readonly [K in keyof InspectorOptions]-?: OptionRule } = {
  host: text,
  port: aPort,
  tls: object,
  write: flag,
  by: text,
  name: text,
  places: object,
}
const INSPECTABLE: OptionRules = { store: any, agents: any, codecs: any, upcasters: any }

function checkInspector(options: InspectorOptions, inspected: OptionRules): void {
  const { tls = {}, places = {} } = checkOptions(options, { ...inspected, ...OPTIONS })
  checkOptions(tls, { cert: any, key: any }, 'tls')
  checkOptions(places, { store: text, config: text }, 'places')
}

/** A store that is none says so when something is asked of it. */
async function reach({ store }: Inspected): Promise<void> {
  for await (const _page of store?.directory.find({ limit: 1 }) ?? []) return
}

/** Definitions make a client. It closes the store. */
async function withClient(inspected: Inspected): Promise<Inspected> {
  const { store, agents, codecs, upcasters } = inspected
  if (inspected.client !== undefined || store === undefined || agents === undefined || agents.length === 0)
    return inspected
  const { createClient } = await import('@refold/core')
  const client = await createClient({ store, agents, codecs, upcasters })
  return { ...inspected, client, close: () => client.close() }
}

async function served(inspected: Inspected, options: InspectorOptions): Promise<Inspector> {
  const { places = {} } = options
  const by = givenBy(options)
  const readOnly = whyReadOnly(inspected, options)
  const { page, version } = ownPackage()
  const survey = surveyOf(inspected)
  const watch = new FleetWatch(() => surveyFleet(survey, Date.now()))
  const { source, codecs, upcasters } = inspected
  const answers = new Answers({ source, codecs, upcasters })
  const agents = agentServer(answers, watch)
  const routes = [...agents.routes, ...routesOf(inspected, { places, by, readOnly, survey, watch, answers })]
  const session = (): Omit<Session, 'orderToken'> => sessionOf({ inspected, options, by, readOnly, version })
  const serving = { page, routes, streams: agents.streams, session }
  const server = await listening(options, (port) => serve({ ...listenOptions(options, port), ...serving }))
  const close = async (): Promise<void> => {
    watch.close()
    await server.close()
    agents.close()
    await inspected.close()
  }
  return { ...server, close }
}

/** An empty name is none. */
function givenBy({ by = process.env['REFOLD_BY'] }: InspectorOptions): string | undefined {
  return by === '' ? undefined : by
}

function surveyOf({ fleet, store, codecs, agents }: Inspected): Survey {
  const known = { store: fleet, codecs }
  const placement = new Placement({ store, codecs, agents })
  return { ...known, asked: new AskedEvents(known), placement, gone: new GoneOwners(store?.presence) }
}

interface Routing {
  readonly places: Acting['places']
  readonly by: string | undefined
  readonly readOnly: ReadOnly | undefined
  readonly survey: Survey
  readonly watch: FleetWatch
  readonly answers: Answers
}

/** Of the fleet, and of orders. */
function routesOf(inspected: Inspected, { places, by, readOnly, survey, watch, answers }: Routing): readonly Served[] {
  const acting = actingOf(inspected, { by, places })
  const { store, codecs = [] } = survey
  return [
    ...fleetRoutes({ survey, watch, ask: acting && askOf(acting, answers) }),
    ...orderRoutes({
      agents: answers.agents,
      places: { ...places, knowsWho: false },
      acting: acting && { ...acting, store, codecs },
      readOnly,
    }),
  ]
}

function listenOptions({ host, tls }: InspectorOptions, port: number) {
  return { port, ...(host === undefined ? undefined : { host }), ...(tls === undefined ? undefined : { tls }) }
}

/** At the port that is named, else at the first that is free. */
async function listening(
  { port }: InspectorOptions,
  at: (port: number) => Promise<InspectorServer>,
): Promise<InspectorServer> {
  if (port !== undefined) return at(port)
  for (let next = PORT; next < PORT + TRIES; next++) {
    try {
      return await at(next)
    } catch (error) {
      if (!isRefoldError(error, 'ADDRESS_IN_USE')) throw error
    }
  }
  return at(0)
}

function actingOf(
  { client, store, agents }: Inspected,
  { by, places }: { readonly by: string | undefined; readonly places: Acting['places'] },
): Acting | undefined {
  if (client === undefined || store === undefined || agents === undefined) return undefined
  return { client, store, agents, places, by }
}

/** Without what a schema says is secret. The histories that pages look at stay open: these here are many, and seldom needed. */
function askOf(acting: Acting, { agents: { from } }: Answers): Ask {
  const { source, ...options } = from
  return async (stream, event) => {
    const agent = await attached(acting, stream)
    const { payload: asked, payloadHash, revision } = await agent.approval(event)
    const payload = asked as JsonValue // of a definition that is loaded
    const { document } = await readState(source, stream, options)
    if (document.agent.hasSecrets !== true) return { payload, payloadHash, revision }
    const history = await openHistory(source, stream, { ...options, hideSecrets: true })
    return { payload: history.hide(payload), payloadHash, revision }
  }
}

function whyReadOnly({ store, client }: Inspected, { write = false }: InspectorOptions): ReadOnly | undefined {
  if (store === undefined)
    return { because: 'this is an exported file', hint: 'Bring it into a store with `refold import`.' }
  if (client === undefined)
    return { because: 'no definitions are loaded', hint: 'Name the configuration that has them with --config.' }
  if (write) return undefined
  return { because: 'it was opened to read only', hint: 'Open it with --write, in a program with `write: true`.' }
}

interface SessionParts {
  readonly inspected: Inspected
  readonly options: InspectorOptions
  readonly by: string | undefined
  readonly readOnly: ReadOnly | undefined
  readonly version: string
}

function sessionOf({ inspected, options, by, readOnly, version }: SessionParts): Omit<Session, 'orderToken'> {
  const { store, agents = [] } = inspected
  return {
    store: options.name ?? '',
    canWrite: readOnly === undefined,
    definitions: agents.map(({ name, version }: AgentDefinition) => ({ name, version })),
    version,
    isFile: store === undefined,
    ...(readOnly === undefined ? undefined : { readOnlyBecause: `${readOnly.because}. ${readOnly.hint}` }),
    ...(by === undefined ? undefined : { by }),
  }
}
