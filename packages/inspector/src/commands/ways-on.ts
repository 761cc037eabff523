/** What can be done with an agent as it stands, each as a command to paste. */
import type { HistoryPoint, TakenEvent } from '@refold/core/history'
import { fromGiven } from '@refold/core/store'
import type { JsonObject } from '@refold/core/record'
import { payloadOf } from './payload-skeleton.js'
import { refoldCommand } from './shell-words.js'
import type { CommandPlaces } from './shell-words.js'

/** Something that can be done. */
export interface Way {
  readonly what: string
  readonly command: string
}

/** An agent, where it stands. */
export interface Standing {
  readonly agent: string
  readonly point: HistoryPoint
  readonly takes: readonly TakenEvent[]
  /** Of its definition; absent: it is not stored. */
  readonly chart?: JsonObject | undefined
}

/** The same for who does it by other means. */
export interface WayOfWords extends Way {
  /** The command's, the verb first; without its options. */
  readonly words: readonly string[]
}

/** Where the commands are to look, and who gives them. */
export interface WaysOptions extends CommandPlaces {
  /** Commands know it: `REFOLD_BY` is set. */
  readonly knowsWho: boolean
}

/** The most pressing first. */
export function waysOn(standing: Standing, options: WaysOptions): readonly Way[] {
  return fromGiven('waysOn', () => waysInWords(standing, options)).map(({ what, command }) => ({ what, command }))
}

/** The same, with the words of each. */
export function waysInWords(standing: Standing, options: WaysOptions): readonly WayOfWords[] {
  const { agent, point } = standing
  const way: MakeWay = (what, words, more = []) => ({
    what,
    words,
    command: refoldCommand(words, { ...options, options: more }),
  })
  const { status, condition, paused, document } = point
  const ways: WayOfWords[] = []
  if (condition === 'blocked') ways.push(way('after a fix: decide again what it holds', ['retry', agent]))
  if (paused !== undefined && status === 'active') ways.push(...unpaused(standing, way))
  ways.push(...settled(standing, way))
  if (status !== 'active') return ways
  if (condition === 'running') ways.push(...events(standing, options))
  if (point.effects.length > 0 && document.agent.owner === undefined && condition === 'running')
    ways.push(way('no worker has it: start some', ['up']))
  if (point.cancelling === undefined && condition !== 'running') ways.push(way('give it up', ['cancel', agent]))
  return ways
}

type MakeWay = (what: string, words: readonly string[], options?: readonly string[]) => WayOfWords

function unpaused({ agent, point }: Standing, way: MakeWay): readonly WayOfWords[] {
  const own = way('let it go on', ['resume', agent])
  if (point.paused?.bulk !== true) return [own]
  const { definition } = point.document.agent
  return [
    own,
    way(`take the hold of all agents of ${definition} back`, ['resume'], ['--definition', definition]),
    way('take the hold of all agents back, if that is what holds it', ['resume'], ['--all']),
  ]
}

/** Effects of which someone has to say what became of them. */
function settled({ agent, point }: Standing, way: MakeWay): readonly WayOfWords[] {
  return point.effects.flatMap(({ effect, src, inDoubt, abandoned }) => {
    if (inDoubt === undefined && abandoned === undefined) return []
    const settle = (what: string, ...how: readonly string[]): WayOfWords => {
      const since = inDoubt ?? abandoned
      const shown = since === undefined ? [] : ['--revision', String(since.revision)]
      return way(`${src}: ${what}`, ['resolve', agent, effect], [...how, ...shown])
    }
    if (abandoned !== undefined) return [settle('you know what became of it', '--acknowledge')]
    return [
      settle('it has happened, with this output', '--complete', '{}'),
      settle('it has not happened: once more', '--again'),
      settle('it has failed', '--fail', 'the reason'),
    ]
  })
}

function events({ agent, takes, chart }: Standing, options: WaysOptions): readonly WayOfWords[] {
  return takes
    .filter(({ type }) => !type.includes('*'))
    .map(({ type, needsApproval }) => ({
      words: [needsApproval ? 'approve' : 'send', agent, type],
      what: needsApproval ? `it asks for ${type}: see what exactly, and say yes` : `it takes ${type}`,
      command: eventCommand({ agent, type, needsApproval, chart }, options),
    }))
}

/** An event of an agent, and the chart that says what it has to bring. */
export interface CommandedEvent extends TakenEvent {
  readonly agent: string
  readonly chart?: JsonObject | undefined
  /** What was shown, to be approved and nothing else. */
  readonly shown?: { readonly payloadHash: string; readonly revision: number } | undefined
}

/** Values that are still to be filled in are `…`. */
export function eventCommand(event: CommandedEvent, options: WaysOptions): string {
  return fromGiven('eventCommand', () => commandOf(event, options))
}

function commandOf(
  { agent, type, needsApproval, chart, shown }: CommandedEvent,
  { knowsWho, ...places }: WaysOptions,
): string {
  const payload = payloadOf(chart, type)
  const words = [needsApproval ? 'approve' : 'send', agent, type, ...(payload === undefined ? [] : [payload])]
  const exactly = shown === undefined ? [] : ['--shown', shown.payloadHash, '--revision', String(shown.revision)]
  const who = needsApproval && !knowsWho ? ['--by', 'your name'] : []
  return refoldCommand(words, { ...places, options: [...exactly, ...who] })
}
