/** LangGraph: one node in a loop, a checkpoint in SQLite after each step (`durability: "sync"`). */
import { join } from 'node:path'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import Database from 'better-sqlite3'

export async function open({ directory, effect, isResumed }) {
  const db = new Database(join(directory, 'checkpoints.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL') // the saver leaves NORMAL, which a power failure can take back
  const checkpointer = new SqliteSaver(db)
  const graph = new StateGraph(state())
    .addNode('work', async ({ step, keep }, { configurable }) => {
      const value = await effect(configurable.thread_id, step)
      return { step: step + 1, results: { keep, value } }
    })
    .addEdge(START, 'work')
    .addConditionalEdges('work', ({ step, steps }) => (step > steps ? END : 'work'))
    .compile({ checkpointer })
  return {
    run: async (agent, { steps, keep }) => {
      const options = { configurable: { thread_id: agent }, durability: 'sync', recursionLimit: steps + 10 }
      const isKnown = isResumed && (await checkpointer.getTuple(options)) !== undefined
      return (await graph.invoke(isKnown ? null : { steps, keep, step: 1 }, options)).results
    },
    close: async () => void db.close(),
  }
}

function state() {
  return Annotation.Root({
    steps: Annotation(),
    keep: Annotation(),
    step: Annotation(),
    results: Annotation({
      reducer: (results, { keep, value }) => (keep ? [...results, value] : [value]),
      default: () => [],
    }),
  })
}
