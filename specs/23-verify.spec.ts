/** Verifying what the sample agents recorded: of everything that the format has a place for. */
import { verifyHistory } from '@refold/core'
import type { AgentDefinition, JsonObject, JsonValue, StoredEvent, VerifiedHistory } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import { beforeAll, describe, expect, test } from 'vitest'
import { produceRecords } from './record-format/produced-records.js'
import type { ProducedStream } from './record-format/produced-records.js'
import { early, failing, payment, research } from './record-format/sample-agents.js'
import { chief, helper } from './record-format/sample-correspondents.js'
import { play } from './scenes/play.js'

const agents = [research, payment, failing, chief, helper, early] as readonly AgentDefinition[]

function verified({ stream }: ProducedStream, records: readonly StoredEvent[]): Promise<VerifiedHistory> {
  const source = {
    read: async function* () {
      yield records
    },
  }
  return verifyHistory(source, stream, { agents })
}

describe('verifying the sample agents', () => {
  let streams: readonly ProducedStream[] = []
  beforeAll(() =>
    play('verify', async (simulation) => {
      streams = await produceRecords(simulation)
    }),
  )

  test('VER-1 their code finds nothing in what it recorded', async () => {
    let decided = 0
    for (const produced of streams) {
      const found = await verified(produced, produced.records)
      expect(found, produced.stream).toMatchObject({
        differences: [],
        unsteady: [],
        noPlace: [],
        undecided: { foreign: 0 },
      })
      expect(found.trouble).toBeUndefined()
      expect(found.decided + found.undecided['no-chart'] + found.undecided['not-kept']).toBe(found.records)
      decided += found.decided
    }
    expect(decided).toBeGreaterThan(30)
  })

  test('VER-6 whatever a chart decided otherwise, in any part of the state and of what is done, is found at its record', async () => {
    const seen = new Set<string>()
    for (const produced of streams) {
      const decided = await decidedIn(produced)
      for (const [revision, event] of produced.records.entries()) {
        if (!decided.has(revision)) continue
        for (const { changed, where } of changesOf(event)) {
          const records = produced.records.with(revision, changed)
          const { differences, trouble } = await verified(produced, records)
          const at = differences.some((one) => one.revision === revision)
          expect(at || trouble !== undefined, `${produced.stream} ${revision} ${where}`).toBe(true)
          if (at) for (const { places } of differences) for (const { kind } of places) seen.add(kind)
        }
      }
    }
    for (const kind of [
      'target',
      'context',
      'effect',
      'timer',
      'message',
      'emitted',
      'action',
      'child',
      'kept',
      'status',
    ])
      expect(seen).toContain(kind)
  })
})

/** Revisions of records that are decided again: with each of them before the others were. */
async function decidedIn(produced: ProducedStream): Promise<ReadonlySet<number>> {
  const decided = new Set<number>()
  let before = 0
  for (let revision = 0; revision < produced.records.length; revision++) {
    const found = await verified(produced, produced.records.slice(0, revision + 1))
    if (found.decided > before) decided.add(revision)
    before = found.decided
  }
  return decided
}

interface Change {
  readonly changed: StoredEvent
  readonly where: string
}

/** The same record, with one value of its patch, or of what it did, in another way. */
function changesOf(event: StoredEvent): readonly Change[] {
  const { refold } = event.metadata as unknown as RecordMetadata
  const { patch, emit, actions, deliver } = refold.body
  const withBody = (members: object, where: string): Change => {
    const metadata = { ...(event.metadata as object), refold: { ...refold, body: { ...refold.body, ...members } } }
    return { changed: { ...event, metadata: metadata as unknown as JsonValue }, where }
  }
  const patches = patch.flatMap((operation, at) => {
    if (!('value' in operation) || isInput(operation.path)) return []
    const value = otherwise(operation.value)
    return value === undefined ? [] : [withBody({ patch: patch.with(at, { ...operation, value }) }, operation.path)]
  })
  return [
    ...patches,
    ...(emit === undefined ? [] : [withBody({ emit: [] }, 'emit')]),
    ...(actions === undefined ? [] : [withBody({ actions: [] }, 'actions')]),
    ...(deliver === undefined ? [] : [withBody({ deliver: [] }, 'deliver')]),
  ]
}

/** What a record says of its input stands in the state too, and of charts; a start is one value. */
function isInput(path: string): boolean {
  return path === '/state' || path === '/state/agent/fingerprint' || path.startsWith('/state/inbox')
}

/** Another value of the same kind; of an object with its first member so. */
function otherwise(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return `${value}!`
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (!isJsonObject(value)) return undefined
  const [first] = Object.entries(value)
  const inner = first === undefined ? undefined : otherwise(first[1])
  return first === undefined || inner === undefined ? undefined : { ...value, [first[0]]: inner }
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
