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

/** A fork, and the claim or the release that ends the attempts of a worker, name them. */
const NAME_DOUBTS: ReadonlySet<string> = new Set(['refold.forked', 'refold.claimed', 'refold.released'])

/** Of agents of any definition. */
type Told = Pick<ProjectionRecord, 'changes'> & { readonly event: { readonly type: string } }

export function doubtsFrom(record: Told): readonly ToldDoubt[] {
  const { event, changes } = record
  const left = Object.entries(changes.left ?? {}).flatMap(([effect, src]): readonly ToldDoubt[] =>
    src === null ? [] : [{ effect, src, why: 'abandoned' }],
  )
  const told = effectRecordOf(record)
  if (told?.type === 'refold.effect.doubted') {
    const { effect, data } = told
    return [{ effect, src: data.src ?? '', why: data.why ?? 'unknown' }, ...left]
  }
  if (!NAME_DOUBTS.has(event.type)) return left
  // no event from outside has a type of Refold's own
  const { inDoubt = [] } = (event as { readonly data?: { readonly inDoubt?: readonly ToldDoubt[] } }).data ?? {}
  return [...inDoubt, ...left]
}

/** Those that the chart left, and that wait for no one. */
export function forgottenIn({ changes: { left = {} } }: Pick<ProjectionRecord, 'changes'>): readonly string[] {
  return Object.keys(left).filter((effect) => left[effect] === null)
}
