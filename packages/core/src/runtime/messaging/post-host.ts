/** What the post office of a worker stands on. */
import type { PostHost } from './outbox-relay.js'
import { Receivers } from './receivers.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'

export function postHost(runtime: WorkerRuntime): PostHost {
  const { store, world, worker, cells, lease, settings, orders } = runtime
  return {
    store,
    world,
    worker,
    lease,
    orders,
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
