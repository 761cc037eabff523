/** An editor with three writers, one of whom has nothing to write about; shows what stands in the editor's stream. */
import { createRuntime, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { editor, writer } from './agent.js'

await using refold = await createRuntime({ store: sqliteStore(process.argv[2] ?? 'book.db'), agents: [editor, writer] })

const book = await refold.start(editor, { id: 'book', input: { topics: ['whales', 'nothing', 'icebergs'] } })
const { output } = await book.done()
for (const text of Object.values(output.chapters).toSorted()) console.log(text)
for (const problem of output.problems) console.log(problem)

// Each writer is an agent of its own, and can be looked at like any other.
const whales = await refold.attach(writer, 'whales')
console.log(`writer ${whales.id} is ${whales.getSnapshot().status}`)

const types = new Map<string, number>()
await book.eventsFrom(toRevision(0)).forEach(({ type }) => types.set(type, (types.get(type) ?? 0) + 1))
for (const [type, count] of types) console.log(`${count} × ${type}`)
