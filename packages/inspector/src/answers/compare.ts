/**
 * Two lives beside each other, from where they say something else. Records of a fork's origin, up to where it was forked, are its life
 * too: those that both share are not read.
 */
import type { AgentHistory, HistoryRecord, LifeOutline } from '@refold/core/history'
import { canonicalJson, RefoldError } from '@refold/core/record'
import type { CompareView, RecordRow, Side } from '../contract/agent.js'
import { differenceOf } from './difference.js'
import type { OpenedAgents } from './opened-agents.js'
import { dataIn } from './record-parts.js'
import { rowOf } from './rows.js'

/** `research-42@412`, or `research-42` as it is now. */
export interface Compared {
  readonly agent: string
  readonly at?: number
}

/** An id may hold an `@`: the last one counts, and digits behind it. */
export function comparedIn(text: string): Compared {
  const [, agent, at] = /^(.+)@(\d{1,15})$/s.exec(text) ?? []
  return agent === undefined ? { agent: text } : { agent, at: Number(at) }
}

/** Rows before the divergence, and from it on. */
const BEFORE = 20
const BEHIND = 100

export async function compare(agents: OpenedAgents, one: Compared, other: Compared): Promise<CompareView> {
  const [left, right] = [await openLife(agents, one), await openLife(agents, other)]
  const start = await divergenceOf(left, right)
  const from = Math.max(0, start - BEFORE)
  const end = Math.min(Math.max(left.records.length, right.records.length), start + BEHIND)
  const rows: Array<CompareView['rows'][number]> = []
  for (let at = from; at < end; at++) {
    const [mine, theirs] = [await left.row(at), await right.row(at)]
    const same = mine !== undefined && theirs !== undefined && at < start
    rows.push({
      ...(mine === undefined ? undefined : { left: mine }),
      ...(theirs === undefined ? undefined : { right: theirs }),
      same,
    })
  }
  const [before, after] = [await left.point(), await right.point()]
  return {
    left: sideOf(left, before),
    right: sideOf(right, after),
    ...(start < end ? { divergence: start - from } : undefined),
    rows,
    ...differenceOf(before, after),
  }
}

function sideOf({ stream, at }: Life, { active }: { readonly active: readonly string[] }): Side {
  return { agent: stream, revision: at, active }
}

/** What a worker told of itself says nothing of the agent, and stands elsewhere in each life. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'claimed',
  'released',
  'cleared',
  'effect.started',
  'message.acknowledged',
])

async function openLife(agents: OpenedAgents, { agent, at }: Compared): Promise<Life> {
  const { history } = await agents.open(agent, at === undefined ? {} : { to: at })
  const last = at ?? history.lastState
  if (last < history.first || last > history.last)
    throw new RefoldError('NOT_FOUND', `${agent} has no revision ${last}`, {
      hint: `Its last revision is ${history.last}.`,
    })
  const own = (record: LifeOutline): boolean => streamOf(record) === history.stream
  const life = await history.life()
  const records = life.filter((record) => (!own(record) || record.revision <= last) && !LEFT_OUT.has(record.kind))
  return new Life(agents, { history, at: last, records })
}

class Life {
  readonly stream: string
  readonly at: number
  readonly records: readonly LifeOutline[]
  readonly #history: AgentHistory
  readonly #agents: OpenedAgents

  constructor(
    agents: OpenedAgents,
    {
      history,
      at,
      records,
    }: { readonly history: AgentHistory; readonly at: number; readonly records: readonly LifeOutline[] },
  ) {
    this.#agents = agents
    this.#history = history
    this.stream = history.stream
    this.at = at
    this.records = records
  }

  /** In the words that are compared. `undefined`: it has no such record. */
  async record(index: number): Promise<HistoryRecord | undefined> {
    const outline = this.records[index]
    if (outline === undefined) return undefined
    const stream = streamOf(outline)
    const history =
      stream === this.stream ? this.#history : (await this.#agents.open(stream, { to: outline.revision })).history
    return history.record(outline.revision)
  }

  async row(index: number): Promise<(RecordRow & { readonly agent: string }) | undefined> {
    const record = await this.record(index)
    const outline = this.records[index]
    return record === undefined || outline === undefined ? undefined : { ...rowOf(record), agent: streamOf(outline) }
  }

  point(): ReturnType<AgentHistory['at']> {
    return this.#history.at(this.at)
  }
}

/** Index of the first that differs, or is there in one only; the length of both where none does. */
async function divergenceOf(left: Life, right: Life): Promise<number> {
  const length = Math.min(left.records.length, right.records.length)
  let at = 0
  while (at < length && isShared(left.records[at], right.records[at])) at++
  while (at < length && (await saysTheSame(left, right, at))) at++
  return at
}

function isShared(one: LifeOutline | undefined, other: LifeOutline | undefined): boolean {
  return (
    one !== undefined && other !== undefined && one.revision === other.revision && streamOf(one) === streamOf(other)
  )
}

async function saysTheSame(left: Life, right: Life, at: number): Promise<boolean> {
  const [one, other] = [left.records[at], right.records[at]]
  if (one?.type !== other?.type || one?.kind !== other?.kind) return false
  const [mine, theirs] = [await left.record(at), await right.record(at)]
  return mine !== undefined && theirs !== undefined && wordsOf(mine) === wordsOf(theirs)
}

/** Times, ids and what it cost are other ones in each life. */
function wordsOf(record: HistoryRecord): string {
  const { lateMs: _lateMs, retryAt: _retryAt, usage: _usage, worker: _worker, ...said } = dataIn(record)
  const { active = null, status = null, path = null } = record
  return canonicalJson({ said, active, status, path })
}

function streamOf({ agent }: Pick<LifeOutline, 'agent'>): string {
  return `${agent.name}-${agent.id}`
}
