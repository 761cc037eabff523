/** What the outbox relay of a worker stands on. */
import type { RelayHost } from './outbox-relay.js'
import { Receivers } from './receivers.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'

export function relayHost(runtime: WorkerRuntime): RelayHost {
  const { store, world, worker, cells, lease, settings, holds } = runtime
  return {
    store,
    world,
    worker,
    lease,
    holds,
    receivers: new Receivers({ cells, registry: settings.registry, host: runtime }),
    get isClosing() {
      return runtime.isClosing
    },
    sender: (stream) => cells.load(stream),
    live: (stream) => cells.live(stream),
    post: (cell, envelope, told) => runtime.post(cell, envelope, told),
    settled: (cell) => runtime.settled(cell),
    delivered: (receiver) => runtime.onUnperformed(receiver),
    trouble: (stream, { code, message }) =>
      runtime.report(stream, { code, message: `a message of ${stream} does not get through: ${message}` }),
  }
}
