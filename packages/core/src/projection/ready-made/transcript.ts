/**
 * Conversations as a model takes them: a model's service refuses messages in which a tool call has no answer, or two.
 *
 * Invariant: right behind a message with calls stand the answers to them, one each: the real one, or in its place one that says
 * why there is none.
 */
import { fromGiven } from '../../coded.js'
import { checkOptions, optionRule } from '../../option-values.js'
import type { OptionRules } from '../../option-values.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import type { ProjectionDefinition, ProjectionRecord } from '../../public/projection.js'
import type { AgentFault } from '../../public/state.js'
import { ownMember } from '../../json/own-member.js'
import { toErrorData } from '../../record/error-data.js'
import { defineProjection } from '../define-projection.js'
import { READY_MADE, requireAgents } from '../require-agents.js'
import { effectRecordOf } from './effect-record.js'
import { doubtsFrom, forgottenIn } from './told-doubts.js'

/** Why a tool call has no answer of its own. */
export interface MissingAnswer {
  /**
   * `pending`: it may still come. `failed`: its effect has failed for good. `in-doubt`: no one knows, and someone is to say. `abandoned`: the
   * same, and the chart has left its effect. `stopped`: the agent has ended before.
   */
  readonly why: 'pending' | 'failed' | 'in-doubt' | 'abandoned' | 'stopped'
  /** What its last attempt threw; of what is no `Error` the text stands as the message. */
  readonly error?: AgentFault
}

/** How a definition's records are a conversation. `M` is the message of the model's API: plain JSON. */
export interface TranscriptOptions<D extends AgentDefinition, M> {
  readonly agents: readonly D[]
  /** Default: `transcripts`. */
  readonly name?: string
  /** Raise it when one of the functions changes. Default: 1. */
  readonly version?: number
  /** The messages that a record brings, in order; most bring none. Not asked of a second success (`data.src` is `null`), which no chart took. */
  readonly messages: (record: ProjectionRecord<D>) => readonly M[] | undefined
  /** The ids of the tool calls that a message makes. */
  readonly calls: (message: M) => readonly string[]
  /**
   * The ids of the tool calls that a message answers. Of one that answers several: calls of one message, none of which was answered
   * before, as a message cannot be taken apart.
   */
  readonly answers: (message: M) => readonly string[]
  /** The message that stands for an answer that is missing. */
  readonly missing: (call: string, missing: MissingAnswer) => M
  /**
   * The tool call that an effect is about, where it can be told: asked of each effect that a record says to have failed, to be in doubt, to be
   * abandoned, or to begin again after someone said so. One record, as that of a takeover, may tell it of several. Default: none.
   */
  readonly callOf?: (record: ProjectionRecord<D>, effect: ToldEffect) => string | undefined
}

/** An effect that a record is about, or that it names. */
export interface ToldEffect {
  /** Its id, which begins with the revision of the record that scheduled it. */
  readonly effect: string
  /** `null`: the effect was gone when its outcome came. */
  readonly src: string | null
}

/** The conversation of one agent, under `<definition>-<id>`. */
export interface TranscriptDocument<M> {
  /** May be sent to the model as they are. */
  readonly messages: readonly M[]
  /** Calls whose answers are missing, by their ids: where the message stands that says so, and what it says. */
  readonly missing: Readonly<Record<string, MissingAnswer & { readonly at: number }>>
}

const required = { ...optionRule.function, isRequired: true } as const
const OPTIONS: OptionRules = {
  ...READY_MADE,
  messages: required,
  calls: required,
  answers: required,
  missing: required,
  callOf: optionRule.function,
}

/** A document for each agent with its conversation, in which each tool call has exactly one answer. */
export function transcriptProjection<const D extends AgentDefinition, M>(
  options: TranscriptOptions<D, M>,
): ProjectionDefinition<TranscriptDocument<M>> {
  const given = fromGiven('transcriptProjection', () => ({ ...Object(options) }) as typeof options)
  checkOptions(given, OPTIONS)
  requireAgents(given.agents)
  const { agents, name = 'transcripts', version = 1 } = given
  return defineProjection<D, TranscriptDocument<M>>({
    name,
    version,
    agents,
    key: ({ agent }) => `${agent.name}-${agent.id}`,
    initial: { messages: [], missing: {} },
    evolve: (document, record) => {
      let next = document
      // No chart took it: another answer of its effect stands in the conversation.
      const isSecond = effectRecordOf(record)?.data.src === null
      for (const message of isSecond ? [] : (given.messages(record) ?? [])) next = withMessage(next, message, given)
      return withReasons(next, record, given)
    },
  })
}

type Functions<D extends AgentDefinition, M> = Pick<TranscriptOptions<D, M>, 'calls' | 'answers' | 'missing' | 'callOf'>

function withMessage<D extends AgentDefinition, M>(
  document: TranscriptDocument<M>,
  message: M,
  { calls, answers, missing }: Functions<D, M>,
): TranscriptDocument<M> {
  const answered = answers(message)
  const own = answered.filter((call) => ownMember(document.missing, call) !== undefined)
  if (answered.length > 0) return own.length === 0 ? document : answeredBy(document, message, own)
  const pending: MissingAnswer = { why: 'pending' }
  const open = [...new Set(calls(message))] // of an earlier call of the same id what stands in its answer's place stays
  const first = document.messages.length + 1
  return {
    messages: [...document.messages, message, ...open.map((call) => missing(call, pending))],
    missing: {
      ...document.missing,
      ...Object.fromEntries(open.map((call, at) => [call, { ...pending, at: first + at }])),
    },
  }
}

/** The answer stands where the first of those stood that it is in place of. */
function answeredBy<M>(document: TranscriptDocument<M>, message: M, calls: readonly string[]): TranscriptDocument<M> {
  const places = calls.map((call) => ownMember(document.missing, call)?.at ?? 0)
  const place = Math.min(...places)
  const gone = new Set(places.filter((at) => at !== place))
  const messages = document.messages.flatMap((one, at) => (at === place ? [message] : gone.has(at) ? [] : [one]))
  const left = Object.entries(document.missing).filter(([call]) => !calls.includes(call))
  const moved = left.map(([call, one]) => [call, { ...one, at: one.at - [...gone].filter((at) => at < one.at).length }])
  return { messages, missing: Object.fromEntries(moved) as TranscriptDocument<M>['missing'] }
}

/** What a record says of calls whose answers are missing. */
function withReasons<D extends AgentDefinition, M>(
  document: TranscriptDocument<M>,
  record: ProjectionRecord<D>,
  { missing, callOf }: Functions<D, M>,
): TranscriptDocument<M> {
  const reasons = new Map<string, MissingAnswer>()
  const { status } = record.changes
  if (status !== undefined && status !== 'active')
    for (const [call, { why }] of Object.entries(document.missing))
      if (why === 'pending') reasons.set(call, { why: 'stopped' })
  for (const [effect, reason] of reasonsIn(record)) {
    const call = callOf?.(record, effect)
    if (call !== undefined) reasons.set(call, reason)
  }
  let next = document
  for (const [id, told] of reasons) {
    const known = ownMember(next.missing, id)
    if (known === undefined) continue
    next = {
      messages: next.messages.map((one, at) => (at === known.at ? missing(id, told) : one)),
      missing: { ...next.missing, [id]: { ...told, at: known.at } },
    }
  }
  return next
}

/** Of each effect of which a record says that no answer comes for now, or never. */
function reasonsIn<D extends AgentDefinition>(
  record: ProjectionRecord<D>,
): readonly (readonly [ToldEffect, MissingAnswer])[] {
  const doubts = doubtsFrom(record).map(({ effect, src, why }) => {
    const reason: MissingAnswer = { why: why === 'abandoned' ? why : 'in-doubt' }
    return [{ effect, src }, reason] as const
  })
  const forgotten = forgottenIn(record).map((effect) => [{ effect, src: null }, { why: 'abandoned' }] as const)
  return [...ownReasonIn(record), ...doubts, ...forgotten]
}

/** Of the effect that the record is of. */
function ownReasonIn(record: {
  readonly event: { readonly type: string }
}): readonly (readonly [ToldEffect, MissingAnswer])[] {
  const told = effectRecordOf(record)
  if (told === undefined) return []
  const { type, effect, data } = told
  const { src, error, retryAt, resolution } = data
  if (type === 'refold.effect.resolved') return resolution === 'again' ? [[{ effect, src }, { why: 'pending' }]] : []
  if (type !== 'refold.effect.failed' || retryAt !== undefined) return []
  return [
    [
      { effect, src },
      { why: 'failed', ...(error === undefined ? undefined : { error: toErrorData(error) }) },
    ],
  ]
}
