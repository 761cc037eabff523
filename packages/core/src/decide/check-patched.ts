/** Whether JSON is a state document: its own members, not what the user keeps in it. */
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { escapeToken } from '../json/pointer.js'

/** The first thing that is wrong. */
export interface Wrong {
  readonly path: string
  readonly problem: string
}

type Check = (value: JsonValue, path: string) => Wrong | undefined

const text = simple('must be a text', (value) => typeof value === 'string')
const time = simple('must be a number', (value) => typeof value === 'number' && Number.isFinite(value))
const count = simple('must be a count', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const yes = simple('must be true, or absent', (value) => value === true)
const object = simple('must be an object', isJsonObject)
const texts = simple('must be a list of texts', (value) => isTexts(value))
const textLists = each(texts)

const EFFECT_KINDS = ['promise', 'callback', 'observable']
const actor: Check = (value, path) => ACTOR(value, path) ?? contextOf(value, path)
const ACTOR = members(
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
    history: textLists,
    refs: each(text),
    children: each((value, path) => actor(value, path)),
    sequence: texts,
  },
)
const EFFECT = members(
  { kind: oneOf(EFFECT_KINDS), src: text, scheduledBy: text },
  {
    node: text,
    traceparent: text,
    attempts: count,
    attempt: members({ attempt: count, epoch: count, at: time, worker: text }, {}),
    retryAt: time,
    inDoubt: members({ since: time, why: text }, {}),
    abandoned: members({ at: time }, {}),
    steps: object,
  },
)
const TIMER = members(
  { source: text, target: text, id: text, due: time, event: members({ type: text }, {}) },
  { node: text, lost: yes, refs: each(text) },
)
const UNLISTED = members({ id: text, parent: text, actor }, {})
const STATE = members(
  { agent: object, root: actor, effects: each(EFFECT), timers: each(TIMER), unlisted: each(UNLISTED) },
  { dedup: each(each(members({ at: time, revision: count }, {}))) },
)

/** `undefined`: it is one, and its effects and the actors that stand for them fit together. */
export function checkPatched(state: JsonValue | undefined): Wrong | undefined {
  return STATE(state ?? null, '') ?? loneEffect(state as never)
}

function simple(problem: string, isRight: (value: JsonValue) => boolean): Check {
  return (value, path) => (isRight(value) ? undefined : { path, problem })
}

function oneOf(known: readonly string[]): Check {
  return simple(`must be one of ${known.join(', ')}`, (value) => known.includes(value as string))
}

function isTexts(value: JsonValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function stateValue(value: JsonValue, path: string): Wrong | undefined {
  if (typeof value === 'string') return undefined
  return isJsonObject(value) ? each(stateValue)(value, path) : { path, problem: 'must be a state value' }
}

/** A map: each member is checked alike. */
function each(check: Check): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return { path, problem: 'must be an object' }
    for (const [key, member] of Object.entries(value)) {
      const wrong = check(member, `${path}/${escapeToken(key)}`)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
}

type Members = { readonly [key: string]: Check }

/** Other members are the user's. */
function members(required: Members, optional: Members): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return { path, problem: 'must be an object' }
    for (const [key, check] of [...Object.entries(required), ...Object.entries(optional)]) {
      const member = value[key]
      const at = `${path}/${key}`
      if (member === undefined && Object.hasOwn(required, key)) return { path: at, problem: 'is missing' }
      const wrong = member === undefined ? undefined : check(member, at)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
}

function contextOf(value: JsonValue, path: string): Wrong | undefined {
  const { kind, context, status } = value as { readonly [member: string]: JsonValue }
  if (kind !== 'machine' || status !== undefined || isJsonObject(context)) return undefined
  return { path: `${path}/context`, problem: 'must be an object' }
}

interface Actor {
  readonly sid: string
  readonly kind: string
  readonly status?: string
  readonly children?: { readonly [id: string]: Actor }
}

interface Parts {
  readonly agent: { readonly waiting?: readonly { readonly input: { readonly effect?: string } }[] }
  readonly root: Actor
  readonly effects: { readonly [effect: string]: { readonly abandoned?: unknown } }
  readonly unlisted: { readonly [id: string]: { readonly actor: Actor } }
}

/** An actor that waits for an effect that no one performs, or an effect whose outcome no actor takes. */
function loneEffect({ agent, root, effects, unlisted }: Parts): Wrong | undefined {
  const waiting = new Set(agent.waiting?.map(({ input }) => input.effect))
  const actors = new Set<string>()
  const look = (each: Actor, path: string): Wrong | undefined => {
    if (actors.has(each.sid)) return { path: `${path}/sid`, problem: `names a second actor ${each.sid}` }
    actors.add(each.sid)
    const isLone = effects[each.sid] === undefined && !waiting.has(each.sid)
    if (EFFECT_KINDS.includes(each.kind) && each.status === undefined && isLone)
      return { path, problem: `waits for the effect ${each.sid}, which is not there` }
    for (const [id, child] of Object.entries(each.children ?? {})) {
      const wrong = look(child, `${path}/children/${escapeToken(id)}`)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
  const wrong = [
    ['/root', root] as const,
    ...Object.entries(unlisted).map(([id, { actor: out }]) => [`/unlisted/${id}/actor`, out] as const),
  ]
  for (const [path, each] of wrong) {
    const found = look(each, path)
    if (found !== undefined) return found
  }
  const alone = Object.entries(effects).find(([id, { abandoned }]) => abandoned === undefined && !actors.has(id))
  return alone === undefined ? undefined : { path: `/effects/${alone[0]}`, problem: 'is an effect of no actor' }
}
