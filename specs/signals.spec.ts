/** Real processes that are told to end by a signal: an orderly end is no death. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headerOf } from '@refold/core/record'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startChild } from './real-processes/child.js'
import type { ChildEnd } from './real-processes/child.js'

describe('WRK-11 a signal that asks the process to end', () => {
  let directory: string
  let store: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'refold-signals-'))
    store = join(directory, 'agents.db')
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  async function signalled(
    signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP',
    order: { readonly listens?: true; readonly releaseOnSignal?: false; readonly hangsUp?: true } = {},
  ): Promise<ChildEnd> {
    await using child = startChild('signalled-worker.mjs', { store, ...order })
    await child.told(({ began }) => began === true)
    child.process.kill(signal)
    if (order.hangsUp === true) {
      await child.told(({ hungUp }) => hungUp === true)
      child.process.kill('SIGKILL')
    }
    if (order.listens === true) {
      await expect.poll(async () => (await stored()).types.at(-1)).toBe(`refold.released ${signal}`)
      child.process.send({ end: true })
    }
    return await child.ended
  }

  async function stored(): Promise<{ readonly types: readonly string[]; readonly condition: string | undefined }> {
    const reader = sqliteStore(store)
    const types: string[] = []
    for await (const page of reader.read('worker-1'))
      types.push(...page.map(({ type, metadata }) => `${type} ${headerOf(metadata)?.reason ?? ''}`.trimEnd()))
    const condition = (await reader.directory.get('worker-1'))?.condition
    await reader.close()
    return { types, condition }
  }

  test('WRK-11 releases what the worker has in hand, and the process ends by the signal; five in a row suspect no agent', async () => {
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const)
      expect(await signalled(signal)).toEqual({ code: null, signal })
    const { types, condition } = await stored()
    expect(condition).toBe('running')
    expect(types.filter((type) => type.startsWith('refold.released'))).toHaveLength(5)
    expect(types.at(-1)).toBe('refold.released SIGINT')
  })

  test('WRK-11 of a program that listens itself the agents are released too, and the program ends by itself', async () => {
    expect(await signalled('SIGINT', { listens: true })).toEqual({ code: 7, signal: null })
    expect((await stored()).types.at(-1)).toBe('refold.released SIGINT')
  })

  test('WRK-11 nothing is released at a SIGHUP that the program listens to', async () => {
    expect(await signalled('SIGHUP', { hangsUp: true })).toEqual({ code: null, signal: 'SIGKILL' })
    expect((await stored()).types).toEqual(['refold.started'])
  })

  test('WRK-11 changes nothing where the worker was told so', async () => {
    expect(await signalled('SIGINT', { releaseOnSignal: false })).toEqual({ code: null, signal: 'SIGINT' })
    expect((await stored()).types).not.toContain('refold.released SIGINT')
  })
})
