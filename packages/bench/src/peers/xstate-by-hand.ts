/**
 * What a careful person writes with XState alone: its pure `transition`, a row for each event, the rows of one turn of the event
 * loop in one durable commit, and a fold of the rows at a start. No timers, no messages, one process, no change of the machine.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { assign, initialTransition, setup, transition } from 'xstate'
import type { SnapshotFrom } from 'xstate'
import type { StepResult } from '../workload.js'
import type { Adapter, AdapterOptions, AgentInput } from './adapter.js'

/** As the other peers have it, compiled for the Node that compares them. */
const require = createRequire(new URL('../../peers/', import.meta.url))
const Database = require('better-sqlite3') as typeof BetterSqlite3

interface Stepped {
  readonly type: 'STEP'
  readonly result: StepResult
}

const machine = setup({
  types: {
    input: {} as AgentInput,
    context: {} as AgentInput & { readonly step: number; readonly results: readonly StepResult[] },
    events: {} as Stepped,
  },
  guards: { finished: ({ context }) => context.step > context.steps },
}).createMachine({
  context: ({ input }) => ({ ...input, step: 1, results: [] }),
  initial: 'working',
  states: {
    working: {
      always: { guard: 'finished', target: 'done' },
      on: {
        STEP: {
          target: 'working',
          reenter: true,
          actions: assign(({ context, event }) => ({
            step: context.step + 1,
            results: context.keep ? [...context.results, event.result] : [event.result],
          })),
        },
      },
    },
    done: { type: 'final' },
  },
})

interface Log {
  append(agent: string, sequence: number, event: AgentInput | Stepped): Promise<void>
  read(agent: string): readonly string[]
  close(): void
}

export function open({ directory, effect }: AdapterOptions): Promise<Adapter> {
  const log = openLog(join(directory, 'events.db'))
  return Promise.resolve({
    run: async (agent, input) => {
      const [first, ...rows] = log.read(agent)
      if (first === undefined) await log.append(agent, 0, input)
      let state = fold(first === undefined ? input : (JSON.parse(first) as AgentInput), rows)
      for (let sequence = rows.length + 1; state.status === 'active'; sequence++) {
        const event: Stepped = { type: 'STEP', result: await effect(agent, state.context.step) }
        await log.append(agent, sequence, event)
        state = transition(machine, state, event)[0]
      }
      return state.context.results
    },
    close: () => Promise.resolve(log.close()),
  })
}

function fold(input: AgentInput, rows: readonly string[]): SnapshotFrom<typeof machine> {
  let [state] = initialTransition(machine, input)
  for (const row of rows) state = transition(machine, state, JSON.parse(row) as Stepped)[0]
  return state
}

interface Waiting {
  readonly row: readonly [agent: string, sequence: number, event: string]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

function openLog(file: string): Log {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(
    'CREATE TABLE IF NOT EXISTS events (agent TEXT, sequence INTEGER, event TEXT, PRIMARY KEY (agent, sequence)) WITHOUT ROWID',
  )
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?)')
  const select = db.prepare('SELECT event FROM events WHERE agent = ? ORDER BY sequence').pluck()
  let waiting: Waiting[] = []
  const insertAll = db.transaction((batch: readonly Waiting[]) => batch.forEach(({ row }) => insert.run(...row)))
  const flush = (): void => {
    const batch = waiting
    waiting = []
    try {
      insertAll.immediate(batch)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return {
    read: (agent) => select.all(agent) as string[],
    close: () => void db.close(),
    append: (agent, sequence, event) =>
      new Promise((resolve, reject) => {
        waiting.push({ row: [agent, sequence, JSON.stringify(event)], resolve, reject })
        if (waiting.length === 1) setImmediate(flush)
      }),
  }
}
