/** The way of one place through changes, newest first: which of them wrote to it, and where it stood before the others. */
import { RefoldError } from '../errors.js'
import type { Change } from '../json/undo.js'
import { parsePointer } from '../json/pointer.js'
import { STATE_SHAPE } from '../record/state-shape.js'

/** Members of the state document; any other first key is one of its root actor's: `/context/budget`. */
const PARTS: ReadonlySet<string> = new Set(Object.keys(STATE_SHAPE.members ?? {}))

/** The keys of a place in the document `{state, data, id}`. Throws `INVALID_INPUT` for what is no JSON pointer. */
export function placeOf(path: string): readonly string[] {
  let keys: readonly string[]
  try {
    keys = parsePointer(path)
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${JSON.stringify(path)} names no place in a state`, {
      cause,
      hint: 'Give a JSON pointer: `/context/budget`, `/effects/2.0/input`, or `` for the whole state.',
      facts: { path },
    })
  }
  const [first] = keys
  return first === undefined || PARTS.has(first) ? ['state', ...keys] : ['state', 'root', ...keys]
}

/** What a change did to a place. */
export type Touch =
  /** It wrote the place, or something around it: then `below` are the keys from there to the place. */
  | { readonly did: 'set'; readonly below: readonly string[] }
  /** It wrote something within. */
  | { readonly did: 'part' }
  /** It took away the place, or something around it: then `below` are the keys from there to the place. */
  | { readonly did: 'removed'; readonly below: readonly string[] }
  /** It left it alone; before, it stood there. */
  | { readonly did: 'nothing'; readonly keys: readonly string[] }

/** `keys`: where the place is after the change. */
export function touchOf({ operation, keys: written, inArray, items = 0 }: Change, keys: readonly string[]): Touch {
  const last = written.length - 1
  const isWithin = written.every((key, at) => at >= keys.length || (at < last ? key === keys[at] : true))
  if (written.length > keys.length) return isWithin && isPrefix(keys, written) ? { did: 'part' } : left(keys)
  if (!isWithin) return left(keys)
  const own = keys[last] as string
  if (inArray) return touchOfItem(operation.op, { at: Number(written[last]), own: Number(own), items, keys, last })
  if (written[last] !== own) return left(keys)
  return { did: operation.op === 'remove' ? 'removed' : 'set', below: keys.slice(last + 1) }
}

interface ItemPlace {
  readonly at: number
  readonly own: number
  /** Before the change. */
  readonly items: number
  readonly keys: readonly string[]
  readonly last: number
}

/** Behind the end of an array nothing moves; there the last item stood before another was taken away. */
function touchOfItem(op: Change['operation']['op'], { at, own, items, keys, last }: ItemPlace): Touch {
  if (op === 'remove') {
    if (own === items - 1) return { did: 'removed', below: keys.slice(last + 1) }
    return own < at || !(own < items) ? left(keys) : left(keys.with(last, String(own + 1)))
  }
  if (own === at) return { did: 'set', below: keys.slice(last + 1) }
  return op === 'replace' || own < at || !(own <= items) ? left(keys) : left(keys.with(last, String(own - 1)))
}

function left(keys: readonly string[]): Touch {
  return { did: 'nothing', keys }
}

function isPrefix(short: readonly string[], long: readonly string[]): boolean {
  return short.every((key, at) => key === long[at])
}
