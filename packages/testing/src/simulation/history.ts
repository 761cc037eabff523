/** Everything an observer knows of a finished run: the streams folded, who wrote what, what the effects did. */
import type { StoredEvent } from '@refold/core'
import type { EffectDocument } from '@refold/core/record'
import type { BodyBegan, EffectWorld } from './effect-world.js'
import { groupBy } from './group-by.js'
import { foldStream } from './reference-fold.js'
import type { FoldedStep } from './reference-fold.js'
import type { ObservedEvent, SimulatedDisk } from './simulated-disk.js'

/** From one record on, until another at a true time. */
export interface Hold {
  readonly revision: number
  readonly at: number
  readonly until: number
}

/** One effect, as its records tell it. */
export interface EffectHistory {
  readonly stream: string
  readonly effect: string
  readonly src: string
  /** Of the record that started it. */
  readonly scheduledBy: string
  readonly keyedBy?: string
  readonly input: string
  /** The record that took it out of the state, and whether it was an outcome; absent while it is there. */
  readonly settled?: { readonly revision: number; readonly at: number; readonly outcome: boolean }
  /** True times at which attempts were recorded as begun. */
  readonly begunAt: readonly number[]
  /** While it was in doubt, or left by the chart with an attempt begun: no one may begin it. */
  readonly holds: readonly Hold[]
  /** How often someone decided that it is to be done again. */
  readonly again: number
}

export interface History {
  readonly streams: ReadonlyMap<string, readonly FoldedStep[]>
  readonly effects: readonly EffectHistory[]
  readonly bodies: readonly BodyBegan[]
  /** The effect that a body was begun for, by its key. */
  readonly effectOf: (body: BodyBegan) => EffectHistory | undefined
  readonly observed: (event: StoredEvent) => ObservedEvent | undefined
}

const EVENT_ID_LENGTH = 36

/** Reads and folds the whole disk. */
export async function readHistory({
  disk,
  effects: world,
}: {
  readonly disk: SimulatedDisk
  readonly effects: EffectWorld
}): Promise<History> {
  const byStream = groupBy(await disk.readAll(), (event) => event.stream)
  const streams = new Map([...byStream].map(([stream, events]) => [stream, foldStream(events)] as const))
  const observed = (event: StoredEvent): ObservedEvent | undefined => disk.observed.get(event.id)
  const effects = [...streams].flatMap(([stream, steps]) => effectsOf(stream, { steps, observed }))
  const byKey = new Map(effects.map((effect) => [keyOf(effect), effect]))
  // A body of a history that a backup took away is no one's any more: keys begin with the event id.
  const bodies = world.began().filter(({ key }) => !disk.lost.has(key.slice(0, EVENT_ID_LENGTH)))
  return { streams, effects, bodies, effectOf: ({ key }) => byKey.get(key), observed }
}

/**
 * As the specification derives it: from the event id of the record that starts the effect, and its ordinal there; or from that of
 * the fork that gave it a key of its own.
 */
export function keyOf({
  scheduledBy,
  keyedBy,
  effect,
}: Pick<EffectHistory, 'scheduledBy' | 'keyedBy' | 'effect'>): string {
  if (keyedBy !== undefined) return `${keyedBy}.${effect}`
  return `${scheduledBy}.${effect.slice(effect.lastIndexOf('.') + 1)}`
}

interface Reading {
  readonly steps: readonly FoldedStep[]
  readonly observed: History['observed']
}

type Draft = { -readonly [K in keyof Omit<EffectHistory, 'begunAt' | 'holds'>]: EffectHistory[K] } & {
  begunAt: number[]
  holds: { -readonly [K in keyof Hold]: Hold[K] }[]
}

function effectsOf(stream: string, { steps, observed }: Reading): readonly EffectHistory[] {
  const all: Draft[] = []
  const open = new Map<string, Draft>()
  for (const { event, metadata, after } of steps) {
    if (metadata === undefined) continue
    const at = observed(event)?.storedAt ?? 0
    const { kind, effect: subject } = metadata.refold.input
    const drafted = subject === undefined ? undefined : open.get(subject)
    if (drafted !== undefined && kind === 'effect.started') drafted.begunAt.push(at)
    if (drafted !== undefined && event.type === 'refold.effect.resolved') drafted.again++
    for (const [id, draft] of open) {
      noteHold(draft, { held: isHeld(after?.effects[id]), revision: Number(event.revision), at })
      if (after?.effects[id]?.scheduledBy === draft.scheduledBy) continue
      open.delete(id)
      draft.settled = { revision: Number(event.revision), at, outcome: subject === id }
    }
    for (const [id, { src, scheduledBy, keyedBy, input }] of Object.entries(after?.effects ?? {})) {
      if (open.has(id)) continue
      const draft: Draft = {
        stream,
        effect: id,
        src,
        scheduledBy,
        ...(keyedBy === undefined ? undefined : { keyedBy }),
        input: JSON.stringify(input),
        begunAt: [],
        holds: [],
        again: 0,
      }
      open.set(id, draft)
      all.push(draft)
    }
  }
  return all
}

function isHeld(effect: EffectDocument | undefined): boolean {
  return effect?.inDoubt !== undefined || effect?.abandoned !== undefined
}

function noteHold(
  { holds }: Draft,
  { held, revision, at }: { readonly held: boolean; readonly revision: number; readonly at: number },
): void {
  const last = holds.at(-1)
  if (held && (last === undefined || last.until < Infinity)) holds.push({ revision, at, until: Infinity })
  else if (!held && last?.until === Infinity) last.until = at
}
