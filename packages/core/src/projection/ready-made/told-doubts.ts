/** Which effects wait for someone's word from a record on, as it says it itself. */
import type { ProjectionRecord } from '../../public/projection.js'
import type { DoubtReason } from '../../public/state.js'
import { effectRecordOf } from './effect-record.js'

/** An effect in doubt, or an abandoned one. */
export interface ToldDoubt {
  readonly effect: string
  readonly src: string
  readonly why: DoubtReason | 'abandoned'
}

/** Of agents of any definition. */
interface TypedEvent {
  readonly event: { readonly type: string }
}

/** All of them. */
export function doubtsFrom(record: TypedEvent & Pick<ProjectionRecord, 'changes'>): readonly ToldDoubt[] {
  const { left } = record.changes
  const told = effectRecordOf(record)
  if (told?.type !== 'refold.effect.doubted') return [...namedDoubts(record), ...abandonedIn(left)]
  const { effect, data } = told
  return [{ effect, src: data.src ?? '', why: data.why ?? 'unknown' }, ...abandonedIn(left)]
}

/** Those that a fork, or the claim or the release that ends the attempts of a worker, names. */
export function namedDoubts({ event }: TypedEvent): readonly ToldDoubt[] {
  if (!NAME_DOUBTS.has(event.type)) return []
  // no event from outside has a type of Refold's own
  return (event as unknown as { readonly data: { readonly inDoubt?: readonly ToldDoubt[] } }).data.inDoubt ?? []
}

const NAME_DOUBTS: ReadonlySet<string> = new Set(['refold.forked', 'refold.claimed', 'refold.released'])

type Left = ProjectionRecord['changes']['left']

function abandonedIn(left: Left = {}): readonly ToldDoubt[] {
  return Object.entries(left).flatMap(([effect, src]) => (src === null ? [] : [{ effect, src, why: 'abandoned' }]))
}

/** Those that the chart left, and that wait for no one. */
export function forgottenIn({ changes: { left = {} } }: Pick<ProjectionRecord, 'changes'>): readonly string[] {
  return Object.keys(left).filter((effect) => left[effect] === null)
}
