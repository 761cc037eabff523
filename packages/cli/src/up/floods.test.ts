/** What a worker may print and send without harm to its supervisor. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FLOODING, FLOODS, makeProject } from '../fleet.fixture.js'

/** Half of the flood; all of it was kept once, in several copies. */
const BOUND_MEGABYTES = 60

/** The most that a process has ever taken. */
function mostMegabytesOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Reads, a piece at a turn of the event loop, what no one looks at. */
async function readSlowly({ stdout, stderr }: ChildProcess): Promise<void> {
  stderr?.resume()
  for await (const _ of stdout ?? []) await setImmediate()
}

test.for(FLOODS)('CLI-12 %s of a worker take a bounded part of its supervisor’s memory', async (flood, context) => {
  if (!existsSync('/proc/self/status')) return context.skip('no /proc tells here how much memory a process takes')
  const project = makeProject(FLOODING)
  const up = project.upUnread('--workers', '1')
  const gone = once(up, 'exit')
  try {
    await once(up.stdout!, 'readable')
    const before = mostMegabytesOf(up)
    const read = readSlowly(up)
    await project.run('start', 'plan', '--id', 'a', '--input', JSON.stringify({ ms: 1, flood }))
    const isGone = (): boolean => (up.exitCode ?? up.signalCode) !== null
    const ended = (): number => project.bodies().filter(({ what }) => what === 'ended').length
    await expect.poll(() => isGone() || ended() === 10, { interval: 100 }).toBe(true)
    expect(isGone()).toBe(false)
    expect(mostMegabytesOf(up) - before).toBeLessThan(BOUND_MEGABYTES)
    up.kill('SIGTERM')
    await Promise.all([gone, read])
  } finally {
    up.kill('SIGKILL')
    await gone
    project.remove()
  }
})
