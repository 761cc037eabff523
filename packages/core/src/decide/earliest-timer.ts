/** The due time of the earliest timer. Of a large map a queue is kept, which goes on from version to version. */
import TinyQueue from 'tinyqueue'
import { entriesOf, LargeMap, type StateMap } from '../record/large-map.js'
import { mapIn } from '../record/large-members.js'
import type { StateDocument, TimerDocument, TimerId } from '../record/state-document.js'

type TimersPart = Pick<StateDocument, 'timers'>
type Timers = StateMap<TimerDocument>

interface Due {
  readonly id: TimerId
  readonly at: number
}

interface Queue {
  readonly queue: TinyQueue<Due>
  /** Only from this version can it go on: what is gone there is gone in it. */
  newest: Timers
}

interface Known {
  readonly due: number | undefined
  readonly of: Queue
}

const known = new WeakMap<LargeMap<TimerDocument>, Known>()

export function earliestDue(state: TimersPart): number | undefined {
  const map = mapIn(state, 'timers')
  if (!(map instanceof LargeMap)) return earliestOf(map)
  return (known.get(map) ?? note(map, queueOf(map))).due
}

/** The queue of the one state goes on in the next. */
export function followTimers(before: TimersPart, after: TimersPart): void {
  const map = mapIn(after, 'timers')
  if (!(map instanceof LargeMap) || known.has(map)) return
  const of = wentOn(mapIn(before, 'timers'), map)
  if (of !== undefined) note(map, of)
}

function note(map: LargeMap<TimerDocument>, of: Queue): Known {
  const found = { due: topOf(of.queue, map), of }
  known.set(map, found)
  return found
}

function earliestOf(map: Timers): number | undefined {
  const timers = entriesOf(map)
  let due: number | undefined
  for (const id in timers) {
    const at = timers[id]?.due
    if (at !== undefined && (due === undefined || at < due)) due = at
  }
  return due
}

function queueOf(map: LargeMap<TimerDocument>): Queue {
  const all = Object.entries(map.entries()).map(([id, { due }]) => ({ id, at: due }))
  return { queue: new TinyQueue(all, (one, other) => one.at - other.at), newest: map }
}

/** `undefined`: the queue is not at that version any more, or most of it is gone. */
function wentOn(earlier: Timers, map: LargeMap<TimerDocument>): Queue | undefined {
  const of = earlier instanceof LargeMap ? known.get(earlier)?.of : undefined
  if (of === undefined || of.newest !== earlier || of.queue.length > map.size * 2) return undefined
  const changes = map.changesSince(earlier)
  if (changes === undefined) return undefined
  for (const { key, after } of changes) if (after !== undefined) of.queue.push({ id: key, at: after.due })
  of.newest = map
  return of
}

function topOf(queue: TinyQueue<Due>, map: LargeMap<TimerDocument>): number | undefined {
  for (let top = queue.peek(); top !== undefined; top = queue.peek()) {
    if (map.get(top.id)?.due === top.at) return top.at
    queue.pop()
  }
  return undefined
}
