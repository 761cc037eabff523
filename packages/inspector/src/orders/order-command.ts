/** The command that does what an order does. */
import type { Order, OrderedResolution } from '../contract/orders.js'
import { jsonWord, refoldCommand } from '../commands/shell-words.js'
import type { CommandPlaces } from '../commands/shell-words.js'

export function orderCommand(order: Order, places: CommandPlaces): string {
  const { words, options } = partsOf(order)
  return refoldCommand([order.do, ...words], { ...places, options: [...options, ...notes(order)] })
}

interface Parts {
  readonly words: readonly string[]
  readonly options: readonly string[]
}

function partsOf(order: Order): Parts {
  const { agent } = order
  switch (order.do) {
    case 'send': {
      const { event, id, expectedRevision } = order
      const expected = expectedRevision === undefined ? [] : ['--expect', String(expectedRevision)]
      return { words: [agent, ...eventWords(event)], options: ['--id', id, ...expected] }
    }
    case 'approve': {
      const { event, payloadHash, revision, about } = order
      const one = about === undefined ? [] : ['--about', jsonWord(about)]
      const exactly = ['--shown', payloadHash, '--revision', String(revision)]
      return { words: [agent, ...eventWords(event)], options: [...exactly, ...one, '--yes'] }
    }
    case 'resolve':
      return { words: [agent, order.effect], options: [...resolution(order), '--revision', String(order.revision)] }
    case 'retry':
    case 'pause':
    case 'resume':
    case 'cancel':
      return { words: [agent], options: [] }
    case 'fork':
      return { words: [agent], options: forkOptions(order) }
  }
}

function eventWords({ type, ...payload }: { readonly type: string }): readonly string[] {
  return Object.keys(payload).length === 0 ? [type] : [type, jsonWord(payload)]
}

function resolution(order: OrderedResolution): readonly string[] {
  switch (order.how) {
    case 'complete':
      return ['--complete', jsonWord(order.value)]
    case 'fail':
      return ['--fail', order.value]
    case 'again':
      return order.force === true ? ['--again', '--force'] : ['--again']
    case 'acknowledge':
      return ['--acknowledge']
  }
}

function forkOptions(order: Extract<Order, { readonly do: 'fork' }>): readonly string[] {
  const { plan, as, at, event, outcome, timers, keys, run = [], version } = order
  const told = [
    ...(event === undefined ? [] : ['--event', jsonWord(event)]),
    ...(outcome === undefined ? [] : outcomeOptions(outcome)),
  ]
  const chosen = [
    ...(timers === undefined ? [] : ['--timers', timers]),
    ...(keys === undefined ? [] : ['--keys', keys]),
    ...(version === undefined ? [] : ['--version', String(version)]),
    ...(run.length === 0 ? [] : ['--run', ...run]),
  ]
  // Last, as `--run` takes what follows it.
  return ['--as', as, '--at', String(at), ...told, ...chosen, plan === true ? '--dry-run' : '--yes']
}

type Outcome = NonNullable<Extract<Order, { readonly do: 'fork' }>['outcome']>

function outcomeOptions({ effect, complete, fail }: Outcome): readonly string[] {
  return fail === undefined ? ['--outcome', `${effect}=${jsonWord(complete)}`] : ['--fail', `${effect}=${fail}`]
}

function notes({ by, reason }: Order): readonly string[] {
  return [...(by === undefined ? [] : ['--by', by]), ...(reason === undefined ? [] : ['--reason', reason])]
}
