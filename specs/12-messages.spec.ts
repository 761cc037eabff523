/** Messages between agents of real processes on a real file, each of which kills itself with SIGKILL on the way. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkMessages, undeliveredMessages } from '../packages/testing/src/simulation/message-invariants.js'
import { startChild } from './real-processes/child.js'
import { readStore } from './real-processes/stored-effects.js'
import type { StoredStreams } from './real-processes/stored-effects.js'

/** More deaths than any run needs: each life gets further than the one before, which may have done no more than take over. */
const MAX_LIVES = 60

interface MailRun {
  readonly kills: number
  readonly output: unknown
  readonly stored: StoredStreams
}

/** One process after the other on one file, until one comes to the end. */
async function runMail(
  planOf: (life: number) => { readonly nth: number; readonly moment: 'before' | 'after' },
): Promise<MailRun> {
  const directory = mkdtempSync(join(tmpdir(), 'refold-mail-'))
  const paths = { store: join(directory, 'agents.db'), facts: join(directory, 'facts.jsonl') }
  try {
    for (let life = 0; life < MAX_LIVES; life++) {
      await using child = startChild('mail-worker.mjs', { ...paths, name: `p${life}`, kill: planOf(life) })
      const told = child.told((message) => 'output' in message)
      told.catch(() => undefined) // a killed process tells nothing
      const { code, signal } = await child.ended
      if (signal === 'SIGKILL') continue
      if (code !== 0) throw new Error(`the process ended with ${code}: ${child.stderr()}`)
      return { kills: life, output: (await told)['output'], stored: await readStore(paths.store) }
    }
    throw new Error(`still not at the end after ${MAX_LIVES} deaths`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What the streams say of the messages. */
function broken({ streams }: StoredStreams): readonly string[] {
  const history = { streams } as Parameters<typeof checkMessages>[0] // the checks look at nothing else
  return [...checkMessages(history, { lost: new Set() }), ...undeliveredMessages(history)]
}

const END = { tokens: [0, 1, 2, 3, 4], reports: ['x', 'y', 'z'] }

test.concurrent.each(['before', 'after'] as const)(
  'MSG-2 MSG-3 MSG-7 MSG-16 MSG-17 processes that are killed again and again right %s an append: every message arrives once, in order, and nothing is left',
  async (moment) => {
    const { kills, output, stored } = await runMail((life) => ({ nth: 8 + life * 2, moment }))
    expect(output).toEqual(END)
    expect(broken(stored)).toEqual([])
    expect(kills).toBeGreaterThan(5)
    const steps = [...stored.streams.values()].flat()
    expect(steps.filter(({ event }) => event.type === 'pass')).toHaveLength(35)
    expect(steps.filter(({ event }) => event.type === 'returned')).toHaveLength(3)

    // The checks see what they are there for: the last message once more.
    const [relay = '', records = []] = [...stored.streams].find(([stream]) => stream.startsWith('relay-')) ?? []
    const last = records.findLast(({ event }) => event.type === 'pass')
    const forged = new Map(stored.streams).set(relay, last === undefined ? records : [...records, last])
    expect(broken({ ...stored, streams: forged }).length).toBeGreaterThan(0)
  },
)
