/** What effects took and cost, by agent and source. */
import { fromGiven } from '../../coded.js'
import { checkOptions } from '../../option-values.js'
import { ownMember } from '../../json/own-member.js'
import { usageIn, wholeBillionths } from '../../record/usage.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import type { ProjectionDefinition, ProjectionRecord } from '../../public/projection.js'
import { lifeNumberIn } from '../../record/life.js'
import { defineProjection } from '../define-projection.js'
import { READY_MADE } from '../require-agents.js'
import { effectRecordOf, type EffectRecord } from './effect-record.js'
import { forkIn } from './fork-record.js'
import { namedDoubts } from './told-doubts.js'

/** Whose effects are counted. */
export interface EffectCostsOptions {
  readonly agents: readonly AgentDefinition[]
  /** Default: `effect_costs`. */
  readonly name?: string
  /** Default: 1. */
  readonly version?: number
}

/** Of the effects of one source. */
export interface EffectCosts {
  /** Attempts that ended: those that were retried, too. */
  readonly attempts: number
  readonly failures: number
  /** Effects that ended well, and badly for good. */
  readonly done: number
  readonly failed: number
  /** How often no one could tell what became of an attempt. */
  readonly doubts: number
  /** From the record that scheduled an effect to that of its end, retries and waits included, milliseconds: of `timed` effects. */
  readonly ms: number
  /** Effects of which it is known when they were scheduled. */
  readonly timed: number
  /** As outcomes tell it by `usage`. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
}

/** Of one agent, under `<definition>-<id>`. */
export interface EffectCostsDocument {
  readonly definition: string
  readonly id: string
  /** Of all its effects together. */
  readonly costUsd: number
  /** By source; `unknown`: attempts that ended after their effect was gone, which nothing but their usage is known of. */
  readonly sources: Readonly<Record<string, EffectCosts>>
  /** Records of its life before its own first: of a fork, those of its origins. */
  readonly origin: number
  /** When its newest records were made: number in its life and time. */
  readonly recent: ReadonlyArray<readonly [record: number, at: number]>
}

const NONE: EffectCosts = {
  attempts: 0,
  failures: 0,
  done: 0,
  failed: 0,
  doubts: 0,
  ms: 0,
  timed: 0,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
}
/** Records among which the one is looked for that scheduled an effect. */
const RECENT = 32
/** In the place of the source, of attempts that ended after their effect was gone. */
const UNKNOWN = 'unknown'

/** A document for each agent, with what the effects of each of its sources took and cost. */
export function effectCostsProjection(options: EffectCostsOptions): ProjectionDefinition<EffectCostsDocument> {
  return fromGiven('effectCostsProjection', () => made(options))
}

function made(options: EffectCostsOptions): ProjectionDefinition<EffectCostsDocument> {
  checkOptions(options, READY_MADE)
  const { agents, name = 'effect_costs', version = 1 } = options
  const initial: EffectCostsDocument = { definition: '', id: '', costUsd: 0, sources: {}, origin: 0, recent: [] }
  return defineProjection({
    name,
    version,
    agents,
    key: ({ agent }) => `${agent.name}-${agent.id}`,
    initial,
    evolve: (document, record) => {
      const { agent, event } = record
      const origin = forkIn(record)?.records ?? document.origin
      const recent = [...document.recent.slice(1 - RECENT), [origin + Number(event.revision), event.at] as const]
      const known = { ...document, definition: agent.name, id: agent.id, origin, recent }
      return toldBy(record, document).reduce(added, known)
    },
  })
}

/** What comes of an attempt. */
type Outcome = EffectRecord & { readonly type: Exclude<EffectRecord['type'], 'refold.effect.resolved'> }

interface Told {
  readonly src: string
  readonly costs: Partial<EffectCosts>
}

function added(document: EffectCostsDocument, { src, costs }: Told): EffectCostsDocument {
  const costUsd = wholeBillionths(document.costUsd + (costs.costUsd ?? 0))
  return {
    ...document,
    costUsd,
    sources: { ...document.sources, [src]: sum(ownMember(document.sources, src) ?? NONE, costs) },
  }
}

/** Of the attempts that a claim or a release ended. */
function interruptedBy(record: ProjectionRecord): readonly Told[] {
  return namedDoubts(record).flatMap(({ src, why }) => (why === 'interrupted' ? [{ src, costs: { doubts: 1 } }] : []))
}

/** What one record adds. */
function toldBy(record: ProjectionRecord, document: EffectCostsDocument): readonly Told[] {
  const told = effectRecordOf(record)
  if (told === undefined) return interruptedBy(record)
  return told.type === 'refold.effect.resolved' ? [] : [costsOf({ ...told, type: told.type }, document)]
}

function costsOf(told: Outcome, document: EffectCostsDocument): Told {
  const { src, retryAt } = told.data
  const used = usageIn(told.data)
  if (typeof src !== 'string') return { src: UNKNOWN, costs: { attempts: 1, ...used } } // its effect had an outcome already, or was left
  switch (told.type) {
    case 'refold.effect.done':
      return { src, costs: { attempts: 1, done: 1, ...took(told, document), ...used } }
    case 'refold.effect.failed': {
      const end = retryAt === undefined ? { failed: 1, ...took(told, document) } : {}
      return { src, costs: { attempts: 1, failures: 1, ...end, ...used } }
    }
    case 'refold.effect.step':
      return { src, costs: used ?? {} }
    case 'refold.effect.doubted':
      return { src, costs: { doubts: 1 } }
  }
}

function took(
  { effect, at }: EffectRecord,
  { recent }: EffectCostsDocument,
): Pick<EffectCosts, 'ms' | 'timed'> | undefined {
  const scheduled = recent.find(([record]) => record === lifeNumberIn(effect))
  return scheduled && { ms: at - scheduled[1], timed: 1 }
}

function sum(one: EffectCosts, more: Partial<EffectCosts>): EffectCosts {
  const total: Record<string, number> = { ...one }
  for (const [member, value] of Object.entries(more)) total[member] = (total[member] ?? 0) + value
  return { ...one, ...total, costUsd: wholeBillionths(total['costUsd'] ?? 0) }
}
