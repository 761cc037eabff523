/** What the effects' own log must look like beside the streams. */
import type { BodyBegan, EffectWorld } from './effect-world.js'
import { groupBy } from './group-by.js'
import { keyOf } from './history.js'
import type { EffectHistory, History } from './history.js'
import type { SimulatedDisk } from './simulated-disk.js'

/**
 * The safety of each effect source, as its policy in the definition says it (`safety`), for `checkInvariants`: an interrupted
 * attempt of an `idempotent` one is simply made again, with its key; of a `reconcilable` one only when its `reconcile` says
 * that it was not done; and of a `never-retry` one never, unless someone decides so. `src` is the name that the body was given
 * with `effects.body(src, …)`.
 */
export type SafetyOf = (src: string) => 'idempotent' | 'reconcilable' | 'never-retry'

interface Outside {
  readonly disk: SimulatedDisk
  readonly world: EffectWorld
  readonly safetyOf: SafetyOf
}

/** Returns what is broken. Keys are trusted to name effects only where inputs agree. */
export function checkBodies(history: History, outside: Outside): readonly string[] {
  return [
    ...history.bodies.flatMap((body) => checkBody(body, { history, outside })),
    ...checkKeys(history),
    ...checkRepeats(history, outside),
  ]
}

function checkBody(
  body: BodyBegan,
  { history, outside }: { readonly history: History; readonly outside: Outside },
): readonly string[] {
  const effect = history.effectOf(body)
  const name = `body ${body.body} of ${body.src} in ${body.author.process}`
  if (effect === undefined) return [`${name} began with the key ${body.key}, which no durable record started`]
  if (effect.input !== JSON.stringify(body.input))
    return [`${name} got ${JSON.stringify(body.input)}, recorded is ${effect.input}`]
  const broken: string[] = []
  const { settled } = effect
  if (
    settled !== undefined &&
    settled.at < body.at &&
    outside.disk.knowsAt(body.author, { stream: effect.stream, revision: settled.revision, at: body.at })
  ) {
    broken.push(
      `${name} began after its effect was settled at ${effect.stream} @${settled.revision}, which its process had read`,
    )
  }
  for (const hold of effect.holds) {
    const known = outside.disk.knowsAt(body.author, { stream: effect.stream, revision: hold.revision, at: body.at })
    if (known && hold.at < body.at && body.at < hold.until)
      broken.push(
        `${name} began while its effect was in doubt or left, since ${effect.stream} @${hold.revision}, which its process had read`,
      )
  }
  const guarded = outside.safetyOf(body.src) !== 'idempotent'
  if (guarded && !effect.begunAt.some((at) => at <= body.at))
    broken.push(`${name} began before its attempt was recorded`)
  return broken
}

/** One effect, one key: two different keys for one input of one agent are two effects. Inputs of a simulated agent are unique. */
function checkKeys({ bodies, effectOf }: History): readonly string[] {
  const byInput = groupBy(bodies, (body) => `${body.src} ${JSON.stringify(body.input)} of ${effectOf(body)?.stream}`)
  return [...byInput].flatMap(([invocation, repeats]) => {
    const keys = new Set(repeats.map(({ key }) => key))
    return keys.size > 1 ? [`${invocation} was begun under ${keys.size} keys: ${[...keys].join(', ')}`] : []
  })
}

/** A never-retry body begins once, and once more for each time that someone said so. */
function checkRepeats({ effects, bodies }: History, { safetyOf, world }: Outside): readonly string[] {
  return effects.flatMap((effect) => {
    const safety = safetyOf(effect.src)
    if (safety === 'idempotent') return []
    const begun = bodies.filter(({ key, src }) => src === effect.src && key === keyOf(effect))
    if (safety === 'never-retry') {
      return begun.length > 1 + effect.again
        ? [
            `never-retry ${effect.src} of ${effect.stream} began ${begun.length} times, decided again ${effect.again} times`,
          ]
        : []
    }
    return checkReconciled(effect, { begun, world })
  })
}

/** Between two bodies of a reconcilable effect lies an end of the first, or the answer that it was not done. */
function checkReconciled(
  effect: EffectHistory,
  { begun, world }: { readonly begun: readonly BodyBegan[]; readonly world: EffectWorld },
): readonly string[] {
  const [first, ...repeats] = begun
  if (first === undefined) return []
  return repeats.flatMap((repeat, index) => {
    const before = begun[index] ?? first
    const between = world.log.some(
      (entry) =>
        entry.at <= repeat.at &&
        ((entry.kind === 'ended' && entry.body === before.body) ||
          (entry.kind === 'reconciled' &&
            entry.key === repeat.key &&
            entry.at >= before.at &&
            entry.answer !== 'done')),
    )
    return between
      ? []
      : [
          `reconcilable ${effect.src} of ${effect.stream} began again (body ${repeat.body}) without asking what became of body ${before.body}`,
        ]
  })
}
