import { describe, expect, test } from 'vitest'
import { ChangeSignal } from './change-signal.js'

describe('a change signal', () => {
  test('a change between the look and the wait is not lost', async () => {
    const changes = new ChangeSignal()
    const seen = changes.version
    changes.notify()
    await changes.changedSince(seen)
    expect(changes.version).not.toBe(seen)
  })

  test('wakes everyone who waits, once, and leaves no listener behind', async () => {
    const changes = new ChangeSignal()
    const { signal } = new AbortController()
    let listeners = 0
    signal.addEventListener = () => listeners++
    signal.removeEventListener = () => listeners--
    const waiting = [changes.changedSince(0, { signal }), changes.changedSince(0)]
    expect(listeners).toBe(1)
    changes.notify()
    await Promise.all(waiting)
    expect(listeners).toBe(0)
  })

  test('a wait ends with the abort of its signal, and any with the close', async () => {
    const changes = new ChangeSignal()
    const abort = new AbortController()
    const aborted = changes.changedSince(0, { signal: abort.signal })
    const closed = changes.changedSince(0)
    abort.abort()
    await aborted
    changes.close()
    await closed
    await changes.changedSince(0)
    expect(changes.closed).toBe(true)
  })
})
