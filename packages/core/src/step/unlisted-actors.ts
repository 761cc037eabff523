/**
 * Actors that live, hold a `systemId` or are referred to, although their parent's `children` do not name them: kept by
 * their ids, as XState goes on with them too.
 * The others that are out of place are forgotten.
 */
import { isEmpty } from '../record/large-map.js'
import type { ActorId, UnlistedActor } from '../record/state-document.js'
import { documentOf, settleMembers } from './actor-document.js'
import { byCreation } from './creation-order.js'
import { isEffect, isInPlace } from './live-actor.js'
import type { LiveActor } from './live-actor.js'
import type { LiveTree } from './live-tree.js'
import { RUNNING, STOPPED } from './xstate/shapes.js'

export type UnlistedDocuments = { readonly [actor: ActorId]: UnlistedActor }

/** The documents after a step. Call it when the root's document is made. */
export function unlistedDocuments(tree: LiveTree, before: UnlistedDocuments): UnlistedDocuments {
  if (tree.log?.membersChanged !== true && isEmpty(before)) return before
  forget(tree)
  const next: { [actor: ActorId]: UnlistedActor } = {}
  let changed = false
  for (const sid in before) {
    const actor = tree.actors.get(sid)
    if (actor === undefined || isInPlace(actor)) changed = true
    else {
      const document = detachedDocument(tree, actor, before[sid])
      changed ||= document !== before[sid]
      next[sid] = document
    }
  }
  const fresh = [...tree.actors.values()].filter((actor) => !isInPlace(actor) && before[actor.sid] === undefined)
  for (const actor of fresh.toSorted(byCreation)) {
    next[actor.sid] = detachedDocument(tree, actor, undefined)
    changed = true
  }
  return changed ? next : before
}

function detachedDocument(tree: LiveTree, actor: LiveActor, before: UnlistedActor | undefined): UnlistedActor {
  const document = documentOf(tree, actor, before?.actor)
  if (document === before?.actor) return before
  return { id: actor.id, parent: actor.parent?.sid ?? '', actor: document }
}

function forget(tree: LiveTree): void {
  let astray = false
  let named: Set<ActorId> | undefined
  for (const actor of tree.actors.values()) {
    const inPlace = isInPlace(actor)
    astray ||= !inPlace
    if (actor.dirty && (inPlace || !isOver(actor))) settleMembers(tree, actor)
    for (const pointer in actor.refs) (named ??= new Set()).add(actor.refs[pointer] as ActorId)
  }
  if (!astray) return
  let left = false
  for (const actor of tree.actors.values()) {
    if (isInPlace(actor)) continue
    // The usual case, effects that are over and that no one names, costs no walk.
    if (isOver(actor) && named?.has(actor.sid) !== true) tree.actors.delete(actor.sid)
    else left = true
  }
  if (left) forgetUnreachable(tree)
}

/** What an effect came to holds no references: those are lost on the way through JSON. */
function isOver(actor: LiveActor): boolean {
  return isEffect(actor) && actor.life === STOPPED
}

function forgetUnreachable(tree: LiveTree): void {
  const kept = new Set<LiveActor>()
  const keep = (actor: LiveActor | undefined): void => {
    for (let at = actor; at !== undefined && !kept.has(at); at = at.parent) kept.add(at)
  }
  keep(tree.root)
  for (const actor of tree.actors.values()) if (actor.life === RUNNING || tree.holdsKey(actor)) keep(actor)
  for (const actor of kept) {
    for (const child of Object.values(actor.snapshot.children ?? {})) keep(tree.actors.get(child?.sessionId ?? ''))
    for (const id of Object.values(actor.refs ?? {})) keep(tree.actors.get(id))
  }
  for (const actor of tree.actors.values()) if (!kept.has(actor)) tree.actors.delete(actor.sid)
}
