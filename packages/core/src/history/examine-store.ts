/**
 * Looks through a whole store for what is wrong in it, and changes nothing.
 *
 * Invariants: what is damaged ends the look at its own stream, and not at the others; memory grows with the number of streams,
 * and not with their records; several streams are read at once, so that a server far away is not waited for once for each.
 */
import { fromGiven, requireMethods } from '../coded.js'
import { checkCodecs } from '../definition/check-codecs.js'
import { checkOptions, optionRule } from '../option-values.js'
import { isRefoldError, withCode } from '../errors.js'
import { agentReader } from '../log/agent-log.js'
import type { Codec } from '../log/codec.js'
import { applyHeader, readHeader } from '../store/directory-projection.js'
import type { Store, StoredEvent } from '../store/port.js'
import { examineAgent } from './examine-agent.js'
import { examineDirectory } from './examine-directory.js'
import type { KnownStream } from './examine-directory.js'
import { assertNotClosed } from './examined.js'
import type { ExaminedFinding } from './examined.js'
import { counted } from '../world/counted.js'
import { inParallel } from '../world/in-parallel.js'

/** Of `examineStore`. */
export interface ExamineOptions {
  /** Those that the records were written with: without them the records that they encoded are not folded. */
  readonly codecs?: readonly Codec[]
}

/** What `examineStore` found. */
export interface ExaminedStore {
  readonly agents: number
  readonly streams: number
  readonly records: number
  /** Of the file or the server, by name. */
  readonly facts: Readonly<Record<string, string | number>>
  /** The wrong ones first. */
  readonly findings: readonly ExaminedFinding[]
}

/**
 * Reads all records once in the order of the log and once agent by agent: are revisions without gaps, does every agent fold, is the
 * directory what the log says, and is the file or the server well? Rejects only where the store was closed.
 */
export async function examineStore(store: Store, options: ExamineOptions = {}): Promise<ExaminedStore> {
  requireMethods(store, 'store', ['readAll', 'read'])
  const given = fromGiven('examineStore', () => ({ ...options }))
  checkOptions(given, { codecs: optionRule.any })
  checkCodecs(given)
  const { codecs = [] } = given
  const { facts, findings: ofStore } = (await store.examine?.()) ?? { facts: {}, findings: [] }
  const findings: ExaminedFinding[] = ofStore.map((finding) => ({ trouble: 'STORE', ...finding }))
  const log = await readThrough(store)
  const isTold = log.records === 0 && findings.some(({ kind }) => kind === 'wrong') // that it cannot be read at all
  if (!isTold) findings.push(...log.findings)
  const reader = agentReader(store, { codecs })
  const ofAgents = new Map<string, readonly ExaminedFinding[]>()
  await inParallel(log.streams, async ([stream, { entry, records, isDamaged }]) => {
    if (entry === undefined && !isDamaged) return
    ofAgents.set(stream, NOTHING_FOUND) // in the order of the log, whichever look ends first
    ofAgents.set(stream, await examineAgent(reader, { stream, records }))
  })
  for (const found of ofAgents.values()) findings.push(...found)
  if (log.isWhole) findings.push(...(await examineDirectory(store, log.streams)))
  const agents = [...log.streams.values()].filter(({ entry }) => entry !== undefined).length
  return { agents, streams: log.streams.size, records: log.records, facts, findings: wrongFirst(findings) }
}

const NOTHING_FOUND: readonly ExaminedFinding[] = []

interface ReadLog {
  readonly streams: Map<string, KnownStream>
  readonly findings: readonly ExaminedFinding[]
  readonly records: number
  readonly isWhole: boolean
}

const DAMAGED = 'Put the store back from a backup; what can be read can be exported agent by agent.'

async function readThrough(store: Store): Promise<ReadLog> {
  const streams = new Map<string, KnownStream>()
  const findings: ExaminedFinding[] = []
  let records = 0
  const told = (): Omit<ReadLog, 'isWhole'> => ({ streams, findings, records })
  try {
    for await (const page of store.readAll())
      for (const event of page) {
        records++
        take(streams, event)
      }
    return { ...told(), isWhole: true }
  } catch (error) {
    const { code, message, hint } = withCode(assertNotClosed(error), 'reading the log')
    const isAway = code === 'STORE_REJECTED'
    findings.push({
      trouble: 'LOG',
      kind: 'wrong',
      message: `the log cannot be read behind its first ${counted(records, 'record')}: ${message}`,
      remedy: isAway ? (hint ?? 'Look again when the store answers.') : DAMAGED,
    })
    await addKept(store, streams)
    return { ...told(), isWhole: false }
  }
}

function take(streams: Map<string, KnownStream>, event: StoredEvent): void {
  const { stream } = event
  const known = streams.get(stream) ?? { entry: undefined, records: 0, isDamaged: false }
  streams.set(stream, known)
  known.records++
  try {
    const header = readHeader(stream, event.metadata)
    if (header !== undefined) known.entry = applyHeader(known.entry, stream, header)
  } catch (error) {
    if (!isRefoldError(error, 'UNREADABLE')) throw error
    known.isDamaged = true // told by the look at its own stream
  }
}

/** Agents that only the directory still tells of. */
async function addKept(store: Store, streams: Map<string, KnownStream>): Promise<void> {
  try {
    for await (const page of store.directory.find())
      for (const entry of page)
        if (!streams.has(entry.stream)) streams.set(entry.stream, { entry, records: 0, isDamaged: false })
  } catch (error) {
    assertNotClosed(error) // that it cannot be read either was told by the log
  }
}

function wrongFirst(findings: readonly ExaminedFinding[]): readonly ExaminedFinding[] {
  return [...findings.filter(({ kind }) => kind === 'wrong'), ...findings.filter(({ kind }) => kind === 'note')]
}
