/** Which differences are alike: those at one place, whichever agent, revision or item of a list they are about. */
import type { StateDocument, TimerDocument } from '../record/state-document.js'

/** Indices, ids of actors and ids of timers: another one in each history. */
const OWN_NUMBER = /^\d+(?:\.t?\d+)?$/

/** A pointer with `*` for numbers that are of one history, sources for effects, states or events for timers, definitions for receivers. */
export function alikePath(path: string, states: readonly (StateDocument | undefined)[]): string {
  const [empty = '', member = '', ...keys] = path.split('/')
  const [id = ''] = keys
  if (member === 'effects') keys[0] = firstOf(states, ({ effects }) => effects[id]?.src) ?? '*'
  if (member === 'timers') keys[0] = firstOf(states, ({ timers }) => timerName(timers[id])) ?? '*'
  if (member === 'outbox' && keys[0] === 'to' && keys[1] !== undefined) keys[1] = definitionOf(keys[1])
  if (member === 'inbox' || member === 'detachedChildren') keys[0] = definitionOf(id)
  return [empty, member, ...keys.map((key) => (OWN_NUMBER.test(key) ? '*' : key))].join('/')
}

/** A text that names actors or timers, with `*` for each. */
export function alikeText(text: string): string {
  return text.replaceAll(/\b\d+\.t?\d+\b/g, '*')
}

function timerName(timer: TimerDocument | undefined): string | undefined {
  const type = timer?.event['type']
  return timer?.node ?? (typeof type === 'string' ? type : undefined)
}

function definitionOf(stream: string): string {
  return stream.split('-')[0] ?? stream
}

function firstOf(
  states: readonly (StateDocument | undefined)[],
  read: (state: StateDocument) => string | undefined,
): string | undefined {
  return states.map((state) => state && read(state)).find((found) => found !== undefined)
}
