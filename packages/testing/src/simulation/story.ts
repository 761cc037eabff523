/** A run as a person reads it: records, bodies and what befell the processes, in the order of true time. */
import type { RecordMetadata } from '@refold/core/record'
import type { EffectLogEntry, EffectWorld } from './effect-world.js'
import type { Author, ObservedEvent, SimulatedDisk } from './simulated-disk.js'
import { EPOCH_MS } from './virtual-time.js'

/** Something that was done to a process, for the story. */
export interface Happening {
  readonly at: number
  readonly process: string
  readonly what: string
  readonly order: number
}

interface Told {
  readonly seed: number | string
  readonly happenings: readonly Happening[]
  readonly disk: Pick<SimulatedDisk, 'observed'>
  readonly effects: Pick<EffectWorld, 'log'>
}

interface Line {
  readonly at: number
  readonly order: number
  readonly text: string
}

/** Longest text of one value in a story. */
const VALUE_LENGTH = 120

export function tellStory({ seed, happenings, disk, effects }: Told): string {
  const lines: Line[] = [
    ...happenings.map(({ at, order, process, what }) => ({ at, order, text: `${process} ${what}` })),
    ...[...disk.observed.values()].map(recordLine),
    ...effects.log.map(effectLine),
  ]
  const ordered = lines.toSorted((a, b) => a.order - b.order)
  return [
    `seed ${seed}`,
    ...ordered.map(({ at, text }) => `  +${String(Math.round(at - EPOCH_MS)).padStart(7)} ms  ${text}`),
  ].join('\n')
}

function recordLine({ event, author, storedAt, order }: ObservedEvent): Line {
  const header = (event.metadata as unknown as Partial<RecordMetadata>).refold
  const epoch = header?.epoch === undefined ? '' : ` epoch ${header.epoch}`
  const facts = [
    header?.status,
    header?.condition,
    header?.active?.join('+'),
    header?.owner === undefined ? undefined : `owner ${header.owner ?? 'none'}`,
    header?.input.late === true ? 'late' : undefined,
  ]
  const told = facts.filter((fact) => fact !== undefined).join(', ')
  return {
    at: storedAt,
    order,
    text: `${nameOf(author)} appends ${event.stream} @${event.revision} ${event.type} ${brief(event.data)}${epoch}${told === '' ? '' : ` → ${told}`}`,
  }
}

function effectLine(entry: EffectLogEntry): Line {
  return { at: entry.at, order: entry.order, text: effectText(entry) }
}

function effectText(entry: EffectLogEntry): string {
  switch (entry.kind) {
    case 'began':
      return `${nameOf(entry.author)} begins ${entry.src} (body ${entry.body}, attempt ${entry.attempt}, key ${shortKey(entry.key)}) ${brief(entry.input)}`
    case 'ended':
      return `body ${entry.body} ends: ${'output' in entry.result ? brief(entry.result.output) : `throws ${String(entry.result.error)}`}`
    case 'happened':
      return `the world performs ${entry.src} (key ${shortKey(entry.key)}): ${brief(entry.output)}`
    case 'reconciled':
      return `${nameOf(entry.author)} asks what became of ${entry.src} (key ${shortKey(entry.key)}): ${entry.answer}`
  }
}

function nameOf({ process, incarnation }: Author): string {
  return incarnation > 1 ? `${process}′${incarnation}` : process
}

function shortKey(key: string): string {
  return `${key.slice(0, 4)}…${key.slice(36)}`
}

function brief(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? ''
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text
}
