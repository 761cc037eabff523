import { expect, test } from 'vitest'
import { ProcessLife } from './process-life.js'
import { SimulatedClock } from './simulated-clock.js'
import { EPOCH_MS, VirtualTime } from './virtual-time.js'

test('callbacks run in the order of their due time, and of setting where that is one', async () => {
  const time = new VirtualTime()
  const ran: string[] = []
  time.after(20, () => ran.push('late'))
  time.after(10, () => ran.push('first'))
  time.after(10, () => ran.push('second'))
  await time.advance(30)
  expect(ran).toEqual(['first', 'second', 'late'])
  expect(time.now()).toBe(EPOCH_MS + 30)
})

test('everything that a callback causes at its instant happens before the next one', async () => {
  const time = new VirtualTime()
  const ran: string[] = []
  time.after(1, () => {
    void (async () => {
      for (let hop = 0; hop < 50; hop++) await Promise.resolve()
      ran.push('microtasks')
      setImmediate(() => time.after(0, () => ran.push('at the same instant')))
    })()
  })
  time.after(2, () => ran.push('next'))
  await time.advance(5)
  expect(ran).toEqual(['microtasks', 'at the same instant', 'next'])
})

test('time stands still while work of the real world is under way', async () => {
  const time = new VirtualTime()
  let workEnded = 0
  void time.track(new Promise<void>((resolve) => setTimeout(resolve, 5))).then(() => (workEnded = time.now()))
  let fired = 0
  time.after(1, () => (fired = time.now()))
  await time.advance(10)
  expect(workEnded).toBe(EPOCH_MS)
  expect(fired).toBe(EPOCH_MS + 1)
})

test('waiting for what never comes is an error that says why', async () => {
  const time = new VirtualTime()
  await expect(time.runUntil(() => false, { withinMs: 10 })).rejects.toMatchObject({
    reason: 'nothing is left to happen',
  })
  time.after(1_000, () => undefined)
  await expect(time.runUntil(() => false, { withinMs: 10 })).rejects.toMatchObject({
    reason: 'the time limit is reached',
  })
})

test.each([
  { monotonic: 'stood-still', firesAfter: 1_060 },
  { monotonic: 'went-on', firesAfter: 1_000 },
] as const)(
  'a timer of a stopped process fires $firesAfter ms after it was set when its monotonic clock $monotonic',
  async ({ monotonic, firesAfter }) => {
    const time = new VirtualTime()
    const life = new ProcessLife()
    const clock = new SimulatedClock({ time, life })
    let fired = 0
    clock.setTimer(() => (fired = time.now()), 100)
    await time.advance(40)
    life.stop()
    clock.freeze()
    await time.advance(960)
    expect(fired).toBe(0)
    clock.thaw({ monotonic })
    life.continue()
    await time.advance(1_000)
    expect(fired).toBe(EPOCH_MS + firesAfter)
  },
)

test('the wall clock of one process jumps alone; its timers do not care', async () => {
  const time = new VirtualTime()
  const clock = new SimulatedClock({ time, life: new ProcessLife(), skewMs: 5 })
  let fired = 0
  clock.setTimer(() => (fired = time.now()), 100)
  clock.jump(86_400_000)
  expect(clock.now()).toBe(EPOCH_MS + 86_400_005)
  await time.advance(100)
  expect(fired).toBe(EPOCH_MS + 100)
})

test('a dead process gets no timer, nor what waited for it', async () => {
  const time = new VirtualTime()
  const life = new ProcessLife()
  const clock = new SimulatedClock({ time, life })
  const got: string[] = []
  clock.setTimer(() => got.push('timer'), 10)
  life.stop()
  life.deliver(() => got.push('news'))
  life.kill()
  life.continue()
  clock.setTimer(() => got.push('timer after death'), 10)
  await time.advance(50)
  expect(got).toEqual([])
})

test('a timer that a real clock could not hold is refused', () => {
  const clock = new SimulatedClock({ time: new VirtualTime(), life: new ProcessLife() })
  expect(() => clock.setTimer(() => undefined, 2 ** 31)).toThrow(RangeError)
  expect(() => clock.setTimer(() => undefined, Number.NaN)).toThrow(RangeError)
})
