/**
 * Whether JSON is a state document: a table of its own members, not of what the user keeps in it. Members that are not known
 * here are let pass.
 */
import { isJsonArray, isJsonObject, type JsonValue } from '../json/json-value.js'
import { toPointer } from '../json/pointer.js'

/** The first thing that is wrong. */
export interface Wrong {
  /** Of the value, from the state on. */
  readonly path: string
  /** Goes on from the path: `must be a text`. */
  readonly problem: string
}

/** Parts that were found to be in order: they are not looked at again. */
export type InOrder = Pick<WeakSet<object>, 'has'>

/** The path that it gives begins at the value. */
type Check = (value: JsonValue | undefined, inOrder: InOrder) => Wrong | undefined

const text = simple('must be a text', (value) => typeof value === 'string')
const time = simple('must be a number', (value) => typeof value === 'number' && Number.isFinite(value))
const count = simple('must be a count', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const whole = simple('must be a whole number', Number.isSafeInteger)
const yes = simple('must be true, or absent', (value) => value === true)
const object = simple('must be an object', isJsonObject)
const texts = listOf(text)

export const EFFECT_KINDS: readonly string[] = ['promise', 'callback', 'observable']
const code = simple('must be a text or a number', (value) => typeof value === 'string' || typeof value === 'number')
const ERROR = members({ name: text, message: text }, { code })
const AGENT = members(
  { definition: text, version: count, fingerprint: text, id: text, incarnation: text, epoch: count },
  {
    hasSecrets: yes,
    owner: text,
    forked: members({ from: text, revision: count, records: count }),
    paused: members({ at: time }, { by: text, reason: text }),
    blocked: members({ at: time, error: ERROR }),
    released: members({ at: time, worker: text }),
    suspicion: members({ deaths: count, probations: count }),
    waiting: listOf(members({ revision: whole, input: members({ kind: text }) })),
    deferred: listOf(
      members({ revision: whole, at: time, input: members({ kind: text, event: members({ type: text }) }) }),
    ),
    reportsTo: members({ agent: text }),
    cancelling: members({ at: time, deadlineAt: time }),
  },
)
const ACTOR: Check = members(
  { sid: text, kind: oneOf(['machine', 'transition', ...EFFECT_KINDS]) },
  {
    lib: object,
    src: text,
    node: text,
    among: count,
    unnamed: yes,
    spawned: yes,
    ignoresOutcome: yes,
    systemId: text,
    sync: yes,
    status: oneOf(['done', 'error', 'stopped']),
    life: oneOf(['new', 'running', 'stopped']),
    value: stateValue,
    nodes: texts,
    history: each(texts),
    refs: each(text),
    children: each((value, inOrder) => ACTOR(value, inOrder)),
    sequence: texts,
  },
)
const EFFECT = members(
  { kind: oneOf(EFFECT_KINDS), src: text, scheduledBy: text },
  {
    node: text,
    traceparent: text,
    keyedBy: text,
    attempts: count,
    attempt: members({ attempt: count, epoch: count, at: time, worker: text }),
    retryAt: time,
    lastError: ERROR,
    inDoubt: members({ since: time, revision: count, why: text }),
    abandoned: members({ at: time, revision: count }),
    steps: object,
  },
)
const TIMER = members(
  { source: text, target: text, id: text, due: time, event: members({ type: text }) },
  { node: text, lost: yes, refs: each(text) },
)
const STATE = members(
  {
    agent: AGENT,
    root: ACTOR,
    effects: each(EFFECT),
    timers: each(TIMER),
    unlisted: each(members({ id: text, parent: text, actor: ACTOR })),
    dedup: each(each(members({ at: time, revision: count }))),
  },
  {
    outbox: members({ last: count, to: each(listOf(members({ seq: count, sentBy: text }))) }),
    inbox: each(members({ incarnation: text, seq: count })),
    detachedChildren: each(count),
  },
)

const NOTHING: InOrder = { has: () => false }

/** `undefined`: it is one. */
export function wrongInState(state: JsonValue | undefined, inOrder: InOrder = NOTHING): Wrong | undefined {
  return STATE(state, inOrder)
}

function simple(problem: string, isRight: (value: JsonValue | undefined) => boolean): Check {
  return (value) => (isRight(value) ? undefined : wrong(problem))
}

function oneOf(known: readonly string[]): Check {
  return simple(`must be one of ${known.join(', ')}`, (value) => known.includes(value as string))
}

function stateValue(value: JsonValue | undefined, inOrder: InOrder): Wrong | undefined {
  if (typeof value === 'string') return undefined
  return isJsonObject(value) ? each(stateValue)(value, inOrder) : wrong('must be a state value')
}

function listOf(check: Check): Check {
  return (value, inOrder) => {
    if (!isJsonArray(value)) return wrong('must be a list')
    for (let at = 0; at < value.length; at++) {
      const found = check(value[at], inOrder)
      if (found !== undefined) return below(String(at), found)
    }
    return undefined
  }
}

/** A map: each member is checked alike. */
function each(check: Check): Check {
  return (value, inOrder) => {
    if (!isJsonObject(value)) return wrong('must be an object')
    if (inOrder.has(value)) return undefined
    for (const key of Object.keys(value)) {
      const found = check(value[key], inOrder)
      if (found !== undefined) return below(key, found)
    }
    return undefined
  }
}

/** Other members are let pass. */
function members(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  const checks = Object.entries({ ...required, ...optional })
  return (value, inOrder) => {
    if (!isJsonObject(value)) return wrong('must be an object')
    if (inOrder.has(value)) return undefined
    for (const [key, check] of checks) {
      const member = value[key]
      if (member === undefined && key in required) return below(key, wrong('is missing'))
      const found = member === undefined ? undefined : check(member, inOrder)
      if (found !== undefined) return below(key, found)
    }
    return undefined
  }
}

function wrong(problem: string): Wrong {
  return { path: '', problem }
}

/** The path is put together only where something is wrong: each state of each agent is checked. */
function below(key: string, { path, problem }: Wrong): Wrong {
  return { path: toPointer([key]) + path, problem }
}
