/** What decides the actors of a tree here: XState, by the major version whose internals the step knows. */
import type { ActorDocument, DecidingLibrary } from '../record/state-document.js'

/** Written into the root's document. */
export const LIBRARY: DecidingLibrary = Object.freeze({ name: 'xstate', major: 5 })

/** Whether this release can decide for the actor. One that does not say what decides it inherits that of its parent. */
export function isDecidedHere({ lib }: Pick<ActorDocument, 'lib'>): boolean {
  return lib === undefined || (lib.name === LIBRARY.name && lib.major === LIBRARY.major)
}

/** Whether a later release may know the library: a newer major version of the one that is known here. */
export function isNewerLibrary({ name, major }: DecidingLibrary): boolean {
  return name === LIBRARY.name && major > LIBRARY.major
}

/** `xstate 5` */
export function libraryName({ name, major }: DecidingLibrary): string {
  return `${name} ${major}`
}
