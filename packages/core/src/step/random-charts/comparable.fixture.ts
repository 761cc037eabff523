/** The state of plain XState and that of the step engine in the same words. */
import type { AnyActorRef } from 'xstate'
import { toJson } from '../../json/to-json.js'
import type { ActorDocument } from '../../record/state-document.js'
import type { TreeState } from '../tree.js'

export interface Comparable {
  readonly status: string
  readonly life: number
  readonly value: string
  readonly context: string
  readonly output: string
  readonly error: string
  readonly children: readonly (readonly [string, Comparable])[]
}

interface PlainSnapshot {
  readonly status: string
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly children?: Readonly<Record<string, AnyActorRef>>
}

export function comparableOfPlain(actor: AnyActorRef): Comparable {
  const snapshot = actor.getSnapshot() as PlainSnapshot
  const { _processingStatus: life } = actor as unknown as { _processingStatus: number }
  return {
    status: snapshot.status,
    life,
    value: JSON.stringify(snapshot.value) ?? '',
    context: textOf(snapshot.context),
    output: textOf(snapshot.output),
    error: textOf(snapshot.error),
    children: Object.entries(snapshot.children ?? {}).map(([id, child]) => [
      id === child.sessionId ? UNNAMED : id,
      comparableOfPlain(child),
    ]),
  }
}

/** In place of a session id, which is another one in plain XState. */
export const UNNAMED = '(unnamed)'

function idOf({ id, sessionId }: AnyActorRef): string {
  return id === sessionId ? UNNAMED : id
}

function textOf(live: unknown): string {
  const { json, refs } = toJson(live, {
    refOf: (value) => ('sessionId' in value && 'send' in value ? idOf(value as AnyActorRef) : undefined),
  })
  return textWithRefs(json, refs)
}

function textWithRefs(json: unknown, refs: Readonly<Record<string, string>> | undefined): string {
  return `${JSON.stringify(json) ?? ''}${JSON.stringify(Object.entries(refs ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1)))}`
}

export function comparableOfState(state: TreeState): Comparable {
  const ids = new Map<string, string>()
  const collect = (document: ActorDocument, id: string): void => {
    ids.set(document.sid, document.unnamed === true || id === document.sid ? UNNAMED : id)
    for (const [childId, child] of Object.entries(document.children ?? {})) collect(child, childId)
  }
  collect(state.root, 'root')
  for (const { id, actor } of Object.values(state.unlisted)) collect(actor, id)
  return comparableOfDocument(state.root, ids)
}

function comparableOfDocument(document: ActorDocument, ids: ReadonlyMap<string, string>): Comparable {
  const member = (name: 'context' | 'output' | 'error'): string => {
    const refs = Object.entries(document.refs ?? {}).filter(
      ([pointer]) => pointer === `/${name}` || pointer.startsWith(`/${name}/`),
    )
    return textWithRefs(
      document[name],
      Object.fromEntries(refs.map(([pointer, sid]) => [pointer.slice(name.length + 1), ids.get(sid) ?? '?'])),
    )
  }
  const children = Object.entries(document.children ?? {})
  const order =
    document.sequence ?? children.toSorted(([, one], [, other]) => rank(one) - rank(other)).map(([id]) => id)
  return {
    status: document.status ?? 'active',
    life: lifeOf(document),
    value: JSON.stringify(document.value) ?? '',
    context: member('context'),
    output: member('output'),
    error: member('error'),
    children: order.map((id) => {
      const child = document.children?.[id] as ActorDocument
      return [id === child.sid ? UNNAMED : id, comparableOfDocument(child, ids)]
    }),
  }
}

function lifeOf({ life, status }: ActorDocument): number {
  if (life !== undefined) return ['new', 'running', 'stopped'].indexOf(life)
  return status === undefined ? 1 : 2
}

function rank({ sid }: ActorDocument): number {
  const [revision, n] = sid.split('.').map(Number) as [number, number]
  return revision * 100_000 + n
}
