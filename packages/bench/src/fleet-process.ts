/** A worker of the fleet's measurements, as its parent holds it. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FleetOrder, FleetSpan, FleetStart, FleetTold } from './fleet-messages.js'

export interface FleetProcess {
  /** When each body began. */
  readonly bodies: readonly number[]
  start(what: FleetStart): Promise<FleetSpan>
  /** Resolves when that many bodies have begun. */
  begun(count: number): Promise<void>
  kill(): void
}

/** Resolves when it works. */
export async function fleetProcess(order: FleetOrder): Promise<FleetProcess> {
  const child = fork(fileURLToPath(new URL('./fleet-worker.js', import.meta.url)), [JSON.stringify(order)])
  const bodies: number[] = []
  const looking = new Set<(told: FleetTold) => void>()
  child.on('message', (told: FleetTold) => {
    if (told.kind === 'body') bodies.push(told.at)
    for (const look of looking) look(told)
  })
  const told = <T>(find: (told?: FleetTold) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (message?: FleetTold): void => {
        const found = find(message)
        if (found === undefined) return
        looking.delete(look)
        resolve(found)
      }
      looking.add(look)
      look()
    })
  await told((message) => (message?.kind === 'ready' ? true : undefined))
  return {
    bodies,
    start: (what) => {
      child.send(what)
      return told((message) => (message?.kind === 'ended' ? message : undefined))
    },
    begun: async (count) => void (await told(() => (bodies.length >= count ? true : undefined))),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Milliseconds of the clock that the workers' times are of. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
