/** What the runtime writes is what the schemas say, and folds by RFC 6902 alone. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import type { StoredEvent } from '@refold/core'
import type { RecordMetadata, StateDocument } from '@refold/core/record'
import { produceRecords } from './record-format/produced-records.js'
import type { ProducedStream } from './record-format/produced-records.js'
import { foldEach } from './record-format/reference-fold.js'
import { fieldsOf } from './record-format/source-fields.js'
import { play } from './scenes/play.js'

const recordSchema = schema('record-format.schema.json')
const stateSchema = schema('state-document.schema.json')

describe('the record format', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  const isRecord = ajv.compile(recordSchema)
  const isState = ajv.compile(stateSchema)
  let streams: readonly ProducedStream[] = []

  beforeAll(() =>
    play('records', async (simulation) => {
      streams = await produceRecords(simulation)
    }),
  )

  test('REC-1 every record that the runtime writes fits the schema', () => {
    const records = streams.flatMap(({ records }) => records.map(withoutPlace))
    expect(records.length).toBeGreaterThan(20)
    for (const record of records)
      expect(isRecord(record) ? [] : isRecord.errors, JSON.stringify(record, null, 1)).toEqual([])
  })

  test('REC-1 every folded state fits the schema', () => {
    const states = streams.flatMap(({ records }) => foldEach(records))
    for (const state of states) expect(isState(state) ? [] : isState.errors, JSON.stringify(state, null, 1)).toEqual([])
  })

  test('REC-1 a record that lacks its input, names a reserved key or adds a field does not fit', () => {
    const record = withoutPlace(streams[0]?.records[0] as StoredEvent)
    const header = (record.metadata as unknown as RecordMetadata).refold
    const patch = [{ op: 'add', path: '/state/root/context/__proto__', value: 1 }]
    expect(isRecord(record)).toBe(true)
    for (const wrong of [
      { ...header, input: undefined },
      { ...header, body: { patch } },
      { ...header, extra: 1 },
    ]) {
      expect(isRecord(JSON.parse(JSON.stringify({ ...record, metadata: { refold: wrong } })))).toBe(false)
    }
  })

  test('REC-1 the sample agents write every type of record that a message or a change of owner makes', () => {
    const types = new Set(streams.flatMap(({ records }) => records.map(({ type }) => type)))
    for (const type of ['claimed', 'released', 'child.ended', 'cancelled', 'forked'])
      expect(types).toContain(`refold.${type}`)
    for (const type of ['acknowledged', 'undelivered', 'refused']) expect(types).toContain(`refold.message.${type}`)
    const child = streams.find(({ stream }) => stream === 'helper-h3')
    const passedOn = child?.records.find(({ type }) => type === 'refold.cancelled')
    expect(passedOn?.data).toEqual({ children: 'cancel' })
  })

  test('REC-1 FRK-18 forks of the sample agents after each of their records are among what is checked here', () => {
    const forks = streams.filter(({ records }) => records[0]?.type === 'refold.forked')
    expect(forks.length).toBeGreaterThan(40)
    expect(new Set(forks.map(({ stream }) => stream.split('-')[0])).size).toBe(6)
  })

  test('REC-2 the type of an outside event is its own, and its data is its payload', () => {
    const approved = streams[0]?.records.find(({ type }) => type === 'approve')
    expect(approved?.data).toEqual({ by: 'ana' })
  })

  test('REC-7 the time of a record is never before that of the last', () => {
    for (const { records } of streams) {
      const times = records.map((record) => headerOf(record).at)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
  })

  test('REC-8 the headers of a stream together say what its state says', () => {
    for (const { records } of streams) {
      const state = foldEach(records).at(-1) as StateDocument
      const said = Object.assign({}, ...records.map(headerOf)) as ReturnType<typeof headerOf>
      const effects = Object.values(state.effects)
      expect(said.status).toBe(state.root.status ?? 'active')
      expect(said.owner ?? undefined).toBe(state.agent.owner)
      expect(said.agent).toBe(`${state.agent.definition}@${state.agent.version}`)
      const mail = Object.keys(state.outbox?.to ?? {}).length > 0 ? 1 : 0
      expect(said.pending).toBe(
        effects.filter(({ inDoubt, abandoned }) => inDoubt === undefined && abandoned === undefined).length + mail,
      )
      expect(said.inDoubt).toBe(
        effects.filter(({ inDoubt, abandoned }) => inDoubt !== undefined || abandoned !== undefined).length,
      )
    }
  })

  test('REC-8 a header repeats nothing that did not change', () => {
    for (const { records } of streams) {
      const known = new Map<string, string>()
      for (const record of records) {
        const { status, active, owner, condition, pending, inDoubt, nextDueAt, fingerprint } = headerOf(record)
        for (const [field, value] of Object.entries({
          status,
          active,
          owner,
          condition,
          pending,
          inDoubt,
          nextDueAt,
          fingerprint,
        })) {
          if (value === undefined) continue
          expect(known.get(field), `${field} of revision ${record.revision}`).not.toBe(JSON.stringify(value))
          known.set(field, JSON.stringify(value))
        }
      }
    }
  })

  test('FOLD-1 applying the patches, without the machine, gives the value, the context and the output', () => {
    const state = foldEach(streams[0]?.records ?? []).at(-1) as StateDocument
    expect(state.root).toMatchObject({
      status: 'done',
      value: 'ended',
      context: { topic: 'whales', drafts: ['an outline of 1 messages'], prices: [0, 1, 2] },
      output: { drafts: ['an outline of 1 messages'] },
    })
  })
})

describe('what a state says of its actors', () => {
  let states: readonly StateDocument[] = []

  beforeAll(() =>
    play('actors', async (simulation) => {
      states = (await produceRecords(simulation)).flatMap(({ records }) => foldEach(records) as StateDocument[])
    }),
  )

  test('REC-9 the root says what decides it, and no child that inherits it does', () => {
    expect(states.length).toBeGreaterThan(20)
    for (const { root } of states) {
      expect(root.lib).toEqual({ name: 'xstate', major: 5 })
      for (const child of Object.values(root.children ?? {})) expect(child.lib).toBeUndefined()
    }
  })

  test('REC-10 the effects, timers and children that states asked for name them', () => {
    const effects = states.flatMap(({ effects }) => Object.values(effects))
    expect(effects.find(({ src }) => src === 'charge')?.node).toMatch(/^payment\./)
    for (const state of states)
      for (const { id, node } of Object.values(state.timers))
        if (id.startsWith('xstate.after.')) expect(id.endsWith(`.${node}`)).toBe(true)
  })
})

describe('the schemas and the types', () => {
  const record = source('record.ts')
  const state = source('state-document.ts')

  test.each([
    ['NewRecord', record, recordSchema],
    ['RecordMetadata', record, recordSchema.$defs['metadata']],
    ['RecordHeader', record, recordSchema.$defs['header']],
    ['InputHeader', record, recordSchema.$defs['input']],
    ['RecordBody', record, recordSchema.$defs['body']],
    ['Diagnostics', record, recordSchema.$defs['diagnostics']],
    ['StateDocument', state, stateSchema],
    ['AgentPart', state, stateSchema.$defs['agent']],
    ['Suspicion', state, stateSchema.$defs['suspicion']],
    ['WaitingInput', state, stateSchema.$defs['waiting']],
    ['ActorDocument', state, stateSchema.$defs['actor']],
    ['DecidingLibrary', state, stateSchema.$defs['library']],
    ['UnlistedActor', state, stateSchema.$defs['unlisted']],
    ['EffectDocument', state, stateSchema.$defs['effect']],
    ['TimerDocument', state, stateSchema.$defs['timer']],
    ['DedupEntry', state, stateSchema.$defs['dedup']],
    ['Outbox', state, stateSchema.$defs['outbox']],
    ['OutgoingMessage', state, stateSchema.$defs['outgoing']],
    ['InboxEntry', state, stateSchema.$defs['inbox']],
    ['ErrorData', state, recordSchema.$defs['error']],
  ])('REC-1 the schema has the fields of %s and no other', (name, text, part) => {
    expect(Object.keys(part?.properties ?? {}).toSorted()).toEqual(fieldsOf(text, name).toSorted())
  })

  test('REC-1 the schema has the closed set of own types and no other', () => {
    const union = /export type OwnRecordType =(.*?)\n\n/s.exec(record)?.[1] ?? ''
    const types = [...union.matchAll(/'(refold\.[^']+)'/g)].map(([, type = '']) => type)
    const inSchema = [...JSON.stringify(recordSchema.$defs['ownRecord']).matchAll(/"(refold\.[^"]+)"/g)].map(
      ([, type = '']) => type,
    )
    expect(inSchema.toSorted()).toEqual(types.toSorted())
  })
})

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>
  readonly $defs: Readonly<Record<string, Schema>>
}

function schema(file: string): Schema {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Schema
}

function source(file: string): string {
  return readFileSync(new URL(`../packages/core/src/record/${file}`, import.meta.url), 'utf8')
}

/** The record without what the store adds: stream, revision, position. */
function withoutPlace({
  id,
  type,
  data,
  metadata,
}: StoredEvent): Omit<StoredEvent, 'stream' | 'revision' | 'position'> {
  return { id, type, data, metadata }
}

function headerOf(record: StoredEvent): RecordMetadata['refold'] {
  return (record.metadata as unknown as RecordMetadata).refold
}
