/** Verifying one history, of a store or of an exported file: would today's code have decided as it was recorded? */
import { coded } from '../coded.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { unreadable } from '../history/fold-record.js'
import type { HistorySource } from '../history/history-types.js'
import { agentReader } from '../log/agent-log.js'
import type { AgentReader } from '../log/agent-log.js'
import type { Codec } from '../log/codec.js'
import { Registry } from '../runtime/cell/registry.js'
import type { StoredEvent } from '../store/port.js'
import { checkCodecs } from '../definition/check-codecs.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { OptionRules } from '../option-values.js'
import { HistoryVerifier } from './history-verifier.js'
import type { Verifying } from './history-verifier.js'
import { Steadiness } from './steadiness.js'
import { Charts } from './taken-transitions.js'
import { TurnTaking } from '../world/turn-taking.js'
import type { VerifiedHistory } from './verified.js'

/** What `verifyHistory` takes. */
export interface VerifyHistoryOptions {
  /** Those that are to be deployed: today's code. */
  readonly agents: readonly AgentDefinition[]
  /** Those that the records were written with, in the same order. */
  readonly codecs?: readonly Codec[]
  /** Epoch milliseconds: records before it are folded, and not decided again. Default: all are decided. */
  readonly since?: number
}

/**
 * Decides the recorded history of an agent again, and compares. Nothing is appended, claimed or performed: guards, `assign` and other
 * code of the chart runs, bodies of effects and custom actions do not. `agent` is its stream (`order-42`) or its address. Rejects
 * with `NOT_FOUND` when the source has no such agent; what cannot be read is told as `trouble`.
 */
export async function verifyHistory(
  source: HistorySource,
  agent: string | AgentAddress,
  options: VerifyHistoryOptions,
): Promise<VerifiedHistory> {
  return coded({ name: 'verifyHistory', takes: 3 }, [source, agent, options], async () => {
    checkVerifyOptions(options)
    const stream = typeof agent === 'string' ? agent : `${agent.name}-${agent.id}`
    const reader = agentReader(source, options)
    const verified = await verifyStream(stream, verifying(reader, options))
    if (verified !== undefined) return verified
    throw new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, {
      hint: 'Name it by its stream, `<definition>-<id>`, and look whether it is in this store or file.',
      facts: { stream },
    })
  })
}

const { any, definitions, time } = optionRule

/** Those of `verifyHistory`, and more. Throws `INVALID_INPUT` with the path. */
export function checkVerifyOptions(options: unknown, more: OptionRules = {}): void {
  const agents = { ...definitions, isRequired: true } as const
  checkCodecs({ codecs: checkOptions(options, { agents, codecs: any, since: time, ...more })['codecs'] })
}

/** What a run needs to read and decide. */
export interface VerifyRun extends Verifying {
  readonly reader: Pick<AgentReader, 'read'>
  readonly turns: TurnTaking
  /** No one waits for the answer any more. */
  readonly isOver?: () => boolean
}

/** Of one history or of many. */
export function verifying(
  reader: Pick<AgentReader, 'read'>,
  { agents, since = -Infinity }: Pick<VerifyHistoryOptions, 'agents' | 'since'>,
): VerifyRun {
  return {
    reader,
    registry: new Registry(agents),
    charts: new Charts(reader),
    steadiness: new Steadiness(),
    turns: new TurnTaking(),
    since,
  }
}

/** `undefined`: there is no record of an agent, or the run is over. */
export async function verifyStream(stream: string, run: VerifyRun): Promise<VerifiedHistory | undefined> {
  const verifier = new HistoryVerifier(stream, run)
  let next = 0
  try {
    for await (const page of run.reader.read(stream))
      for (const event of page) {
        requireNext(event, next)
        await verifier.take(event)
        next++
        await run.turns.yield()
        if (run.isOver?.() === true) return undefined
      }
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    const error = 'revision' in thrown.facts ? thrown : unreadable(thrown, { stream, revision: BigInt(next) as never })
    return verifier.end({ revision: next, error })
  }
  return next === 0 ? undefined : verifier.end()
}

function isDamage(error: unknown): error is RefoldError {
  return isRefoldError(error, 'UNREADABLE') || isRefoldError(error, 'NEWER_FORMAT')
}

function requireNext({ stream, revision }: StoredEvent, next: number): void {
  if (Number(revision) === next) return
  throw new RefoldError('UNREADABLE', `records of ${stream} are gone: deleted, or cut from the file`, {
    facts: { stream, revision: next },
    hint: 'A state is made of all records before it: put the stream back from a backup.',
  })
}
