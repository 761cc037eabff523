/** What the record of an effect says, of agents of any definition. */
import type { JsonValue } from '../../json/json-value.js'
import type { DoubtReason, Thrown } from '../../public/state.js'

/** The members of `data` that a type lacks are absent. */
export interface EffectRecord {
  readonly type:
    | 'refold.effect.done'
    | 'refold.effect.failed'
    | 'refold.effect.step'
    | 'refold.effect.doubted'
    | 'refold.effect.resolved'
  /** Begins with the revision of the record that scheduled it. */
  readonly effect: string
  readonly at: number
  readonly data: {
    /** `null`: the effect was gone when its outcome came. */
    readonly src: string | null
    readonly why?: DoubtReason
    readonly error?: Thrown
    /** Another attempt follows. */
    readonly retryAt?: number
    readonly usage?: JsonValue
    /** What someone said of it, where that is no outcome. */
    readonly resolution?: 'again' | 'acknowledge'
  }
}

const TYPES: ReadonlySet<string> = new Set<EffectRecord['type']>([
  'refold.effect.done',
  'refold.effect.failed',
  'refold.effect.step',
  'refold.effect.doubted',
  'refold.effect.resolved',
])

/** `undefined` for any other record. */
export function effectRecordOf({ event }: { readonly event: { readonly type: string } }): EffectRecord | undefined {
  // no event from outside has a type of Refold's own
  return TYPES.has(event.type) ? (event as unknown as EffectRecord) : undefined
}
