/**
 * The chart of each definition, once per fingerprint, in a stream of its own: a reader without the code can draw it, name the
 * edges of a record, and hide what is secret.
 */
import type { DefinitionInternals } from '../../definition/internals.js'
import { isRefoldError } from '../../errors.js'
import type { AgentLog } from '../../log/agent-log.js'
import { chartStream } from '../../log/charts.js'
import type { World } from '../../world/world.js'
import type { EventHub } from '../events/event-hub.js'
import type { Lifecycle } from '../liveness/lifecycle.js'
import type { AgentCell } from './agent-cell.js'
import { commit } from './commit.js'

export interface ChartKeeperOptions {
  readonly log: AgentLog
  readonly world: World
  readonly events: EventHub<AgentCell>
  readonly lifecycle: Lifecycle
}

/** Writes the chart at the first use of a definition in this process: when a record first carries its fingerprint. */
export function keepCharts(options: ChartKeeperOptions): void {
  const { events } = options
  const written = new Set<string>()
  events.on('recorded', ({ before, after }, { definition }) => {
    const { fingerprint } = after.agent
    if (before?.agent.fingerprint === fingerprint || written.has(fingerprint)) return
    if (definition.fingerprint !== fingerprint) return // of another chart that has the same version
    written.add(fingerprint)
    write(definition, options).catch((error: unknown) => {
      written.delete(fingerprint) // the next agent of the definition tries again
      if (!isRefoldError(error, 'CLOSED'))
        events.notice('warn', `the chart of ${definition.name} could not be stored`, { error })
    })
  })
}

/** That it is there already is as good. */
async function write(
  definition: DefinitionInternals,
  { log, world, events, lifecycle }: ChartKeeperOptions,
): Promise<void> {
  const { name, version, fingerprint, chart } = definition
  const data = { definition: name, version, fingerprint, chart }
  const stream = chartStream(fingerprint)
  const result = await commit([{ id: world.newId(), type: 'refold.chart', data, metadata: {} }], {
    log,
    world,
    stream,
    expected: 'no_stream',
    onUnknown: (error) =>
      events.notice('warn', `it is unknown whether ${stream} was stored; it is repeated`, { error }),
    isClosed: () => lifecycle.isClosed,
  })
  if (result.kind !== 'stored' && result.kind !== 'conflict') throw result.error
}
