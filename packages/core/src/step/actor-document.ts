/**
 * The document of an actor, made from the one that stood in its place before. What did not change is the same
 * reference; keys that stay keep their places and new ones come last, as a JSON Patch would leave them.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { escapeToken } from '../json/pointer.js'
import type { ActorRefs } from '../json/to-json.js'
import { changed, entryOf, isEmpty, keysOf, LargeMap, type Entries, type StateMap } from '../record/large-map.js'
import { mapIn, putMap } from '../record/large-members.js'
import type { ActorDocument } from '../record/state-document.js'
import { originOf } from './child-origin.js'
import { configurationOf, sameJson } from './configurations.js'
import { LIBRARY } from './library.js'
import { isEffect, isUnnamed, nameInParent } from './live-actor.js'
import type { LiveActor, NormalizedMember } from './live-actor.js'
import type { LiveTree } from './live-tree.js'
import { normalize } from './normalize.js'
import { NEW, RUNNING, STOPPED } from './xstate/shapes.js'

type Fields = { -readonly [K in Exclude<keyof ActorDocument, 'children'>]-?: ActorDocument[K] | undefined }

type ChildMap = StateMap<ActorDocument>

/** In the order in which a fresh document has them. */
const NAMES = [
  'sid',
  'kind',
  'lib',
  'src',
  'node',
  'among',
  'unnamed',
  'spawned',
  'ignoresOutcome',
  'systemId',
  'sync',
  'status',
  'life',
  'value',
  'nodes',
  'history',
  'context',
  'refs',
  'input',
  'output',
  'error',
  'children',
  'sequence',
] as const satisfies readonly (keyof ActorDocument)[]

/** `before`: what stood in its place. Throws `NOT_SERIALIZABLE`. */
export function documentOf(tree: LiveTree, actor: LiveActor, before: ActorDocument | undefined): ActorDocument {
  if (!actor.dirty && actor.document !== undefined && actor.document === before) return before
  settleMembers(tree, actor)
  const children = actor.machine === undefined ? undefined : childDocuments(tree, actor, before)
  const next = merge(before, fieldsOf(tree, actor), children)
  actor.dirty = false
  return (actor.document = next)
}

function fieldsOf(tree: LiveTree, actor: LiveActor): Fields {
  const { snapshot, kind, src, sid } = actor
  const { status } = snapshot
  if (actor.machine !== undefined) lookAtMachine(tree, actor)
  const { configuration } = actor
  const origin = (actor.origin ??= originOf(actor))
  return {
    sid,
    kind,
    lib: actor.document?.lib ?? (actor.parent === undefined ? LIBRARY : undefined),
    src,
    node: origin.node,
    among: origin.among,
    unnamed: isUnnamed(actor) ? true : undefined,
    spawned: origin.spawned,
    ignoresOutcome: origin.ignoresOutcome,
    systemId: tree.holdsKey(actor) ? actor.systemId : undefined,
    sync: actor.sync ? true : undefined,
    status: status === 'active' ? undefined : status,
    life: lifeOf(actor),
    value: configuration?.value,
    nodes: configuration?.nodes,
    history: actor.history,
    context: actor.context.json,
    refs: actor.refs,
    input: undefined, // an effect's is kept with the effect
    output: actor.output.json,
    error: actor.error.json,
    sequence: actor.order,
  }
}

function lifeOf({ life, snapshot }: LiveActor): ActorDocument['life'] {
  if (life === (snapshot.status === 'active' ? RUNNING : STOPPED)) return undefined
  return life === NEW ? 'new' : life === RUNNING ? 'running' : 'stopped'
}

/** Values become what hydration would give, in the live snapshot too. */
export function settleMembers(tree: LiveTree, actor: LiveActor): void {
  const { snapshot, context, output, error, input } = actor
  if (context.live !== snapshot.context)
    snapshot.context = (actor.context = settleMember(tree, actor, {
      value: snapshot.context,
      before: context,
      at: '/context',
    })).live
  if (output.live !== snapshot.output)
    snapshot.output = (actor.output = settleMember(tree, actor, {
      value: snapshot.output,
      before: output,
      at: '/output',
    })).live
  if (error.live !== snapshot.error)
    snapshot.error = (actor.error = settleMember(tree, actor, {
      value: snapshot.error,
      before: error,
      at: '/error',
    })).live
  if (isEffect(actor) && input.live !== snapshot.input)
    snapshot.input = (actor.input = normalize(snapshot.input, { port: tree, previous: input.live, at: '/input' })).live
  if (
    context.refs !== actor.context.refs ||
    output.refs !== actor.output.refs ||
    error.refs !== actor.error.refs ||
    input.refs !== actor.input.refs
  )
    actor.refs = allRefs(actor)
}

function settleMember(
  tree: LiveTree,
  actor: LiveActor,
  { value, before, at }: { value: unknown; before: NormalizedMember; at: string },
): NormalizedMember {
  const { copies } = tree.logged()
  try {
    return normalize(value, { port: tree, previous: before.live, at, copies })
  } catch (error) {
    throw actor.parent === undefined || !isRefoldError(error) ? error : ofChild(error, actor)
  }
}

/** A path in a child begins at its root, as that of the agent's own context does. */
function ofChild({ code, message, hint, cause, facts }: RefoldError, actor: LiveActor): RefoldError {
  let above = ''
  for (let at: LiveActor | undefined = actor; at?.parent !== undefined; at = at.parent)
    above = `/children/${escapeToken(at.id)}${above}`
  const path = typeof facts['path'] === 'string' ? { path: above + facts['path'] } : undefined
  return new RefoldError(code, `in the child "${actor.id}": ${message}`, {
    ...(hint === undefined ? undefined : { hint }),
    cause,
    facts: { ...facts, ...path },
  })
}

function allRefs(actor: LiveActor): ActorRefs | undefined {
  const { context, output, error, input } = actor
  const next = { ...context.refs, ...output.refs, ...error.refs, ...input.refs }
  return Object.keys(next).length === 0 ? undefined : survivorsFirst(actor.refs, next)
}

function lookAtMachine(tree: LiveTree, actor: LiveActor): void {
  const { snapshot, machine } = actor
  const { _nodes: nodes, historyValue, children } = snapshot
  if (nodes !== undefined && machine !== undefined && nodes !== actor.nodes) {
    actor.nodes = nodes
    actor.configuration = configurationOf(machine, nodes, snapshot.value)
  }
  if (historyValue !== actor.historyLive) {
    actor.historyLive = historyValue
    actor.history = historyIds(actor.history, historyValue)
  }
  if (children !== actor.childrenLive) {
    actor.childrenLive = children
    actor.order = unusualOrder(tree, children)
  }
}

function historyIds(before: ActorDocument['history'], live: LiveActor['historyLive']): ActorDocument['history'] {
  const entries = Object.entries(live ?? {}).map(([id, nodes]) => [id, nodes.map((node) => node.id)] as const)
  return entries.length === 0 ? undefined : survivorsFirst(before, Object.fromEntries(entries))
}

/** `undefined`: that of their creation, which hydration restores by itself. Another order comes from an id that was taken over. */
function unusualOrder(tree: LiveTree, children: LiveActor['childrenLive']): readonly string[] | undefined {
  let last = -1
  for (const id in children) {
    const rank = tree.actors.get(children[id]?.sessionId ?? '')?.rank ?? last
    if (rank < last) return Object.keys(children)
    last = rank
  }
  return undefined
}

const NO_CHILDREN: ChildMap = Object.freeze({})
const NO_ONE: readonly LiveActor[] = []
type LiveChildren = NonNullable<LiveActor['childrenLive']>

/** `undefined`: it has none. */
function childDocuments(tree: LiveTree, actor: LiveActor, before: ActorDocument | undefined): ChildMap | undefined {
  const map: ChildMap = before === undefined ? NO_CHILDREN : mapIn(before, 'children')
  const live = actor.snapshot.children ?? {}
  const isKnown = map instanceof LargeMap && live === actor.childrenLive && actor.document === before
  const values = isKnown ? ofTouched(tree, actor, map) : ofAll(tree, live, map)
  for (const child of actor.touched ?? NO_ONE) child.isListed = false
  actor.touched = undefined
  const next = values === undefined ? map : changed(map, values)
  return isEmpty(next) ? undefined : next
}

type ChangedChildren = Map<string, ActorDocument | undefined>

/** The same children stand there: only what was touched can have changed. */
function ofTouched(tree: LiveTree, actor: LiveActor, before: LargeMap<ActorDocument>): ChangedChildren {
  const values: ChangedChildren = new Map()
  for (const child of (actor.touched ?? NO_ONE).toSorted((one, other) => one.rank - other.rank)) {
    const name = nameInParent(child)
    if (name !== undefined) values.set(name, documentOf(tree, child, before.get(name)))
  }
  return values
}

function ofAll(tree: LiveTree, live: LiveChildren, before: ChildMap): ChangedChildren | undefined {
  let values: ChangedChildren | undefined
  for (const id of keysOf(before)) {
    const old = entryOf(before, id)
    const document = childDocument(tree, live[id]?.sessionId, old)
    if (document !== old) (values ??= new Map()).set(id, document)
    if (document === undefined && tree.log !== undefined) tree.log.membersChanged = true
  }
  for (const id in live) {
    if (entryOf(before, id) !== undefined) continue
    const document = childDocument(tree, live[id]?.sessionId, undefined)
    if (document !== undefined) (values ??= new Map()).set(id, document)
  }
  return values
}

function childDocument(
  tree: LiveTree,
  sid: string | undefined,
  before: ActorDocument | undefined,
): ActorDocument | undefined {
  const child = sid === undefined ? undefined : tree.actors.get(sid)
  return child === undefined ? undefined : documentOf(tree, child, before)
}

function merge(before: ActorDocument | undefined, next: Fields, children: ChildMap | undefined): ActorDocument {
  const made: Record<string, unknown> = {}
  let isChanged = before === undefined
  if (before !== undefined) {
    const old = before as unknown as Record<string, JsonValue | undefined>
    for (const name in old) {
      if (name === 'children') {
        isChanged ||= children !== mapIn(before, name)
        if (children !== undefined) putMap(made as MadeChildren, name, children)
        continue
      }
      const value = (next as Record<string, unknown>)[name]
      if (value === old[name] || (value !== undefined && isSmall(name) && sameJson(value, old[name])))
        made[name] = old[name]
      else {
        isChanged = true
        if (value !== undefined) made[name] = value
      }
    }
  }
  for (const name of NAMES) {
    if (name === 'children') {
      if (children === undefined || (before !== undefined && name in before)) continue
      putMap(made as MadeChildren, name, children)
    } else if (next[name] === undefined || before?.[name] !== undefined) continue
    else made[name] = next[name]
    isChanged = true
  }
  return isChanged ? (made as unknown as ActorDocument) : (before as ActorDocument)
}

type MadeChildren = { children: Entries<ActorDocument> }

/** Members of Refold's own that may be equal without being the same. */
function isSmall(name: string): boolean {
  return name === 'value' || name === 'nodes' || name === 'history' || name === 'refs' || name === 'sequence'
}

/** The entries of `next`, those that were there before in their old places. */
function survivorsFirst<T>(
  before: { readonly [key: string]: T } | undefined,
  next: { readonly [key: string]: T },
): { readonly [key: string]: T } {
  if (before === undefined) return next
  const made: { [key: string]: T } = {}
  for (const key in before) if (Object.hasOwn(next, key)) made[key] = next[key] as T
  return Object.assign(made, next)
}
