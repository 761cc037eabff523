/**
 * Emmett: a stream for each agent, a command for each step. It has no effects: they run between the commands. Its transactions
 * on one connection nest by a counter and must not overlap, so commands go one at a time.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url) // its ES modules ask for files that it does not ship
const { CommandHandler } = require('@event-driven-io/emmett')
const { getSQLiteEventStore, sqliteConnection } = require('@event-driven-io/emmett-sqlite')

export async function open({ directory, effect }) {
  const fileName = join(directory, 'events.db')
  const connection = sqliteConnection({ fileName })
  await connection.command('PRAGMA synchronous = FULL')
  const connectionOptions = { singleton: true, connection }
  const store = getSQLiteEventStore({ fileName, connectionOptions, schema: { autoMigration: 'CreateOrUpdate' } })
  await store.schema.migrate()
  const handle = CommandHandler({ evolve, initialState: () => ({ step: 0, steps: 0, keep: true, results: [] }) })
  let last = Promise.resolve()
  const send = (agent, decide) => {
    const sent = last.then(() => handle(store, agent, decide))
    last = sent.catch(() => {})
    return sent.then(({ newState }) => newState)
  }
  return {
    run: async (agent, input) => {
      let state = await send(agent, ({ step }) => (step === 0 ? { type: 'Started', data: input } : []))
      while (state.step <= state.steps) {
        const { step } = state
        const result = await effect(agent, step)
        state = await send(agent, (now) => (now.step === step ? { type: 'StepDone', data: { result } } : []))
      }
      return state.results
    },
    close: async () => connection.close(),
  }
}

function evolve(state, { type, data }) {
  if (type === 'Started') return { ...state, ...data, step: 1 }
  return { ...state, step: state.step + 1, results: state.keep ? [...state.results, data.result] : [data.result] }
}
