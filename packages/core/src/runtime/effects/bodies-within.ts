/** The bodies that a worker which closes must await: payments that have begun. */
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Teller } from '../events/event-hub.js'
import type { EffectRunner } from './effect-runner.js'

export interface BodiesWithinOptions {
  readonly runners: ReadonlyMap<AgentCell, EffectRunner>
  readonly world: World
  readonly events: Teller
}

/** Resolves when they have ended, or after that time: what has not ended by then is in doubt at the next start. */
export async function bodiesWithin(graceMs: number, { runners, world, events }: BodiesWithinOptions): Promise<void> {
  const awaited = [...runners].filter(([, runner]) => runner.hasBody).map(([cell]) => cell.stream)
  if (awaited.length > 0 && graceMs > 0) {
    const message = `closing waits, for ${graceMs} ms at most, for bodies that must not be aborted: ${awaited.join(', ')}`
    events.notice('warn', message, { agents: awaited })
  }
  const bodies = Promise.all([...runners.values()].map((runner) => runner.bodies()))
  let cancel: (() => void) | undefined
  const grace = new Promise<void>((resolve) => {
    cancel = world.clock.setTimer(resolve, graceMs)
  })
  await Promise.race([bodies, grace])
  cancel?.()
}
