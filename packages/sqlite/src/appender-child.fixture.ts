/** A process that appends events to a stream, one by one, each after the last one that it knows of, and writes what it was told. */
import { randomUUID } from 'node:crypto'
import type { Expected } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { sqliteStore } from './sqlite-store.js'

const [file = '', stream = '', count = '0'] = process.argv.slice(2)
const store = sqliteStore(file)
let expected: Expected = 'no_stream'
for (let stored = 0; stored < Number(count);) {
  const id = randomUUID()
  const result = await store.append(stream, [{ id, type: 'noted', data: { by: process.pid }, metadata: {} }], {
    expected,
  })
  expected = result.ok ? result.revision : result.actual
  if (!result.ok) continue
  stored++
  process.stdout.write(`${JSON.stringify({ id, revision: Number(toRevision(result.revision)) })}\n`)
}
await store.close()
