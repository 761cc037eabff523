/** What can be done with an agent as it stands, each as a command to paste. */
import type { HistoryPoint, TakenEvent } from '@refold/core/history'
import type { JsonObject } from '@refold/core/record'
import type { ProjectOptions } from '../store-only.js'
import { payloadOf } from './payload-skeleton.js'
import { refoldCommand, shellWord } from './shell-words.js'

export interface Way {
  readonly what: string
  readonly command: string
}

export interface Standing {
  readonly agent: string
  readonly point: HistoryPoint
  readonly takes: readonly TakenEvent[]
  /** Of its definition; absent: it is not stored. */
  readonly chart?: JsonObject | undefined
}

/** The most pressing first. */
export function waysOn(standing: Standing, options: ProjectOptions): readonly Way[] {
  const { agent, point } = standing
  const way = (what: string, ...words: readonly string[]): Way => ({ what, command: refoldCommand(words, options) })
  const { status, condition, paused, document } = point
  const ways: Way[] = []
  if (condition === 'blocked') ways.push(way('after a fix: decide again what it holds', 'retry', agent))
  if (paused !== undefined && status === 'active') ways.push(...unpaused(standing, way))
  ways.push(...settled(standing, way))
  if (status !== 'active') return ways
  if (condition === 'running') ways.push(...events(standing, options))
  if (point.effects.length > 0 && document.agent.owner === undefined && condition === 'running')
    ways.push(way('no worker has it: start some', 'up'))
  if (point.cancelling === undefined && condition !== 'running') ways.push(way('give it up', 'cancel', agent))
  return ways
}

type MakeWay = (what: string, ...words: readonly string[]) => Way

function unpaused({ agent, point }: Standing, way: MakeWay): readonly Way[] {
  const own = way('let it go on', 'resume', agent)
  if (point.paused?.bulk !== true) return [own]
  const { definition } = point.document.agent
  return [
    own,
    way(`take the hold of all agents of ${definition} back`, 'resume', '--definition', definition),
    way('take the hold of all agents back, if that is what holds it', 'resume', '--all'),
  ]
}

/** Effects of which someone has to say what became of them. */
function settled({ agent, point }: Standing, way: MakeWay): readonly Way[] {
  return point.effects.flatMap(({ effect, src, inDoubt, abandoned }) => {
    if (inDoubt === undefined && abandoned === undefined) return []
    const named = ['resolve', agent, effect]
    if (abandoned !== undefined) return [way(`${src}: you know what became of it`, ...named, '--acknowledge')]
    return [
      way(`${src}: it has happened, with this output`, ...named, '--complete', '{}'),
      way(`${src}: it has not happened: once more`, ...named, '--again'),
      way(`${src}: it has failed`, ...named, '--fail', 'the reason'),
    ]
  })
}

function events({ agent, takes, chart }: Standing, options: ProjectOptions): readonly Way[] {
  return takes
    .filter(({ type }) => !type.includes('*'))
    .map(({ type, needsApproval }) => {
      const payload = payloadOf(chart, type)
      const words = [needsApproval ? 'approve' : 'send', agent, type, ...(payload === undefined ? [] : [payload])]
      const command = refoldCommand(words, options)
      if (!needsApproval) return { what: `it takes ${type}`, command }
      const by = process.env['REFOLD_BY'] === undefined ? ` --by ${shellWord('your name')}` : ''
      return { what: `it asks for ${type}: see what exactly, and say yes`, command: `${command}${by}` }
    })
}
