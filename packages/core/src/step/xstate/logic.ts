/** How actor logic is found again by name. */
import { ownMember } from '../../json/own-member.js'
import { isMachine } from './machine.js'

/** The name under which a parent's logic lists this logic, when it was given in place of its name. */
export function nameOfLogic(parent: unknown, logic: unknown): string | undefined {
  if (!isMachine(parent)) return undefined
  const { actors } = parent.implementations
  return Object.keys(actors).find((name) => actors[name] === logic)
}

/** The logic behind a source: a name in `setup({ actors })`, or XState's name of an inline invoke. `undefined`: not there. */
export function logicOf(parent: unknown, src: string): unknown {
  if (!isMachine(parent)) return undefined
  const inline = /^xstate\.invoke\.(\d+)\.(.*)$/s.exec(src)
  if (inline === null) return ownMember(parent.implementations.actors, src)
  const invoked = parent.idMap.get(inline[2] ?? '')?.config.invoke
  const list = (Array.isArray(invoked) ? invoked : invoked === undefined ? [] : [invoked]) as readonly {
    src?: unknown
  }[]
  const found = list[Number(inline[1])]?.src
  return typeof found === 'string' ? ownMember(parent.implementations.actors, found) : found
}
