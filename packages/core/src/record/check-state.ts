/**
 * Whether what records fold to is a state that an agent can be in. A patch may be well formed and still put a number where an
 * actor stands: that is found out here, before anyone acts on the state. Members that are not known here are let pass.
 */
import { RefoldError } from '../errors.js'
import { isContainer, isJsonArray, isJsonObject, type JsonValue } from '../json/json-value.js'
import { escapeToken, isForbiddenKey } from '../json/pointer.js'

/** Throws `UNREADABLE`; `path` is that of the value, from the state on. */
type Check = (value: JsonValue | undefined, path: string) => void

/** Parts of states that were found in order. States share what did not change, and nothing that was folded is written. */
const inOrder = new WeakSet<object>()
/** Down to here parts are remembered: the state's members, and theirs. */
const REMEMBERED_DEPTH = 2

/** Throws `UNREADABLE`, whose `path` says where it is no state of an agent. */
export function checkState(state: JsonValue | undefined): void {
  STATE(state, '')
  forbidKeys(state, { path: '', depth: 0 })
}

/** No key may reach a prototype when someone writes it elsewhere. */
function forbidKeys(value: JsonValue | undefined, at: { readonly path: string; readonly depth: number }): void {
  if (!isContainer(value) || inOrder.has(value)) return
  for (const key of Object.keys(value)) {
    const path = `${at.path}/${escapeToken(key)}`
    if (isForbiddenKey(key)) throw impossible(path, 'a key that reaches a prototype')
    const member = (value as { readonly [key: string]: JsonValue })[key]
    if (isContainer(member)) forbidKeys(member, { path, depth: at.depth + 1 })
  }
  if (at.depth > 0 && at.depth <= REMEMBERED_DEPTH) inOrder.add(value)
}

const text: Check = (value, path) => require(typeof value === 'string', path, 'no text')
const number: Check = (value, path) => require(typeof value === 'number', path, 'no number')

function oneOf(...known: readonly string[]): Check {
  return (value, path) => require(known.includes(value as string), path, `none of ${known.join(', ')}`)
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!isJsonArray(value)) throw impossible(path, 'no array')
    for (const [at, item] of value.entries()) check(item, `${path}/${at}`)
  }
}

function mapOf(check: Check): Check {
  return (value, path) => {
    if (!isJsonObject(value)) throw impossible(path, 'no object')
    if (inOrder.has(value)) return
    for (const key of Object.keys(value)) check(value[key], `${path}/${escapeToken(key)}`)
  }
}

type Members = Readonly<Record<string, Check>>

function object(required: Members, optional: Members = {}): Check {
  return (value, path) => {
    if (!isJsonObject(value)) throw impossible(path, 'no object')
    if (inOrder.has(value)) return
    for (const [key, check] of Object.entries(required)) check(value[key], `${path}/${key}`)
    for (const [key, check] of Object.entries(optional))
      if (value[key] !== undefined) check(value[key], `${path}/${key}`)
  }
}

const ERROR = object({ name: text, message: text }, { code: text })
const AGENT = object(
  { definition: text, version: number, fingerprint: text, id: text, incarnation: text, epoch: number },
  {
    owner: text,
    paused: object({ at: number }, { by: text, reason: text }),
    blocked: object({ at: number, error: ERROR }),
    released: object({ at: number, worker: text }),
    suspicion: object({ deaths: number, probations: number }),
    waiting: listOf(object({ revision: number, input: object({ kind: text }) })),
    reportsTo: object({ agent: text }),
    cancelling: object({ at: number, deadlineAt: number }),
  },
)
const POINTERS = mapOf(text)
const stateValue: Check = (value, path) =>
  require(typeof value === 'string' || isJsonObject(value), path, 'no value of a chart')
const ACTOR: Check = object(
  { sid: text, kind: oneOf('machine', 'transition', 'promise', 'callback', 'observable') },
  {
    src: text,
    node: text,
    systemId: text,
    status: oneOf('done', 'error', 'stopped'),
    life: oneOf('new', 'running', 'stopped'),
    value: stateValue,
    nodes: listOf(text),
    history: mapOf(listOf(text)),
    refs: POINTERS,
    children: mapOf((value, path) => ACTOR(value, path)),
    sequence: listOf(text),
  },
)
const EFFECT = object(
  { kind: oneOf('promise', 'callback', 'observable'), src: text, scheduledBy: text },
  {
    node: text,
    attempts: number,
    attempt: object({ attempt: number, epoch: number, at: number, worker: text }),
    retryAt: number,
    lastError: ERROR,
    inDoubt: object({ since: number, why: text }),
    abandoned: object({ at: number }),
    steps: mapOf(() => {}),
  },
)
const TIMER = object(
  { source: text, target: text, id: text, due: number, event: object({ type: text }) },
  { refs: POINTERS },
)
const STATE = object(
  {
    agent: AGENT,
    root: ACTOR,
    effects: mapOf(EFFECT),
    timers: mapOf(TIMER),
    unlisted: mapOf(object({ id: text, parent: text, actor: ACTOR })),
    dedup: mapOf(mapOf(object({ at: number, revision: number }))),
  },
  {
    outbox: object({ last: number, to: mapOf(listOf(object({ seq: number, sentBy: text }))) }),
    inbox: mapOf(object({ incarnation: text, seq: number })),
    detachedChildren: mapOf(number),
  },
)

function require(holds: boolean, path: string, why: string): void {
  if (!holds) throw impossible(path, why)
}

function impossible(path: string, why: string): RefoldError {
  return new RefoldError(
    'UNREADABLE',
    `the state is none that an agent can be in: ${path === '' ? 'it' : path} is ${why}`,
    {
      hint: 'A record of the stream was damaged, or not written by Refold: restore the stream, or go on with another id.',
      facts: { path },
    },
  )
}
