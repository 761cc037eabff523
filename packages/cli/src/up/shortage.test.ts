/** A machine that has no process to give for a moment. */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runCommand } from '../mcp/run-command.js'
import { describe as told } from './fleet-events.js'
import type { FleetEvent } from './fleet-events.js'
import type { InspectorOrder } from './inspector-messages.js'
import { InspectorSlot } from './inspector-slot.js'
import type { WorkerOrder } from './messages.js'
import { WorkerSlot } from './worker-slot.js'

const made = vi.hoisted(() => ({ next: (): unknown => undefined, count: 0 }))
vi.mock('node:child_process', async (original) => {
  const make = (): unknown => (made.count++, made.next())
  return { ...(await original<object>()), fork: make, spawn: make }
})

const events: FleetEvent[] = []
const onEvent = (event: FleetEvent): void => void events.push(event)
const whenReady = (): undefined => undefined

beforeEach(() => {
  vi.useFakeTimers()
  events.splice(0)
  made.count = 0
})
afterEach(() => vi.useRealTimers())

/** As Node tells it: it throws, or gives a process without an id and without streams, and tells it later. */
const SHORTAGES = {
  ENOMEM: () => {
    throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' })
  },
  EMFILE: () => {
    const child = new EventEmitter()
    process.nextTick(() => child.emit('error', new Error('spawn EMFILE')))
    return child
  },
} as const
const NAMES = ['ENOMEM', 'EMFILE'] as const

const alive = () => Object.assign(new EventEmitter(), { pid: 7, connected: false, stdout: null, kill: () => true })

function worker(): WorkerSlot {
  const nothing = (): void => {}
  return new WorkerSlot({
    order: { name: 'w1' } as WorkerOrder,
    stallMs: 1_000,
    onEvent,
    whenReady,
    environment: () => ({}),
    restartPauseMs: undefined,
    isHopeless: () => false,
    onHopeless: nothing,
    onLooked: nothing,
    onGone: nothing,
    onStopped: nothing,
  })
}

test.each(NAMES)(
  'CLI-524 a fleet whose worker cannot be made (%s) goes on, says why, and makes it later',
  async (code) => {
    made.next = SHORTAGES[code]
    worker().start()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(made.count).toBeGreaterThan(2)
    expect(events.map(told)).toContain(`w1 | spawn ${code}`)
    expect(events.map(told).at(-1)).toContain('w1 died (no process could be made for it)')
    expect(events.some(({ type }) => type === 'worker.stalled' || type === 'worker.started')).toBe(false)
    made.next = alive
    await vi.advanceTimersByTimeAsync(15_000)
    expect(events).toContainEqual({ type: 'worker.started', worker: 'w1', pid: 7 })
  },
)

test.each(NAMES)('CLI-524 an inspector that cannot be made (%s) is made later', async (code) => {
  made.next = SHORTAGES[code]
  const slot = new InspectorSlot({ order: {} as InspectorOrder, onEvent, whenReady })
  slot.start()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(made.count).toBeGreaterThan(1)
  expect(events.every(({ type }) => type === 'inspector.died')).toBe(true)
  slot.end()
})

test.each(NAMES)('CLI-524 an MCP client is told that its command was not begun (%s)', async (code) => {
  vi.useRealTimers()
  made.next = SHORTAGES[code]
  const running = runCommand(['ls'], { signal: new AbortController().signal, acts: true })
  await expect(running).rejects.toMatchObject({ code: 'ABORTED', hint: expect.stringContaining('Nothing was done') })
})
