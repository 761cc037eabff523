/** Whether what a migration's patch made is a state whose parts fit together. */
import { isJsonObject, type JsonValue } from '../json/json-value.js'
import { escapeToken } from '../json/pointer.js'
import { EFFECT_KINDS, wrongInState, type Wrong } from '../record/state-checks.js'

interface Actor {
  readonly sid: string
  readonly kind: string
  readonly status?: string
  readonly context?: JsonValue
  readonly children?: { readonly [id: string]: Actor }
}

interface State {
  readonly agent: { readonly waiting?: readonly { readonly input: { readonly effect?: string } }[] }
  readonly root: Actor
  readonly effects: { readonly [effect: string]: { readonly abandoned?: unknown } }
  readonly unlisted: { readonly [id: string]: { readonly actor: Actor } }
}

/** The actors that were met so far, and the effects that they may wait for. */
interface Met {
  readonly actors: Set<string>
  readonly effects: ReadonlySet<string | undefined>
}

/** `undefined`: it is one, and its effects and the actors that stand for them fit together. */
export function checkPatched(state: JsonValue | undefined): Wrong | undefined {
  return wrongInState(state) ?? wrongTogether(state as unknown as State)
}

/** An actor that waits for an effect that no one performs, or an effect whose outcome no actor takes. */
function wrongTogether({ agent, root, effects, unlisted }: State): Wrong | undefined {
  const waiting = agent.waiting?.map(({ input }) => input.effect) ?? []
  const met: Met = { actors: new Set(), effects: new Set([...Object.keys(effects), ...waiting]) }
  const rooted = [
    ['/root', root] as const,
    ...Object.entries(unlisted).map(([id, { actor }]) => [`/unlisted/${id}/actor`, actor] as const),
  ]
  for (const [path, actor] of rooted) {
    const wrong = wrongActor(actor, path, met)
    if (wrong !== undefined) return wrong
  }
  const alone = Object.entries(effects).find(([id, { abandoned }]) => abandoned === undefined && !met.actors.has(id))
  return alone === undefined ? undefined : { path: `/effects/${alone[0]}`, problem: 'is an effect of no actor' }
}

function wrongActor(actor: Actor, path: string, met: Met): Wrong | undefined {
  const { sid, kind, status, context, children = {} } = actor
  if (met.actors.has(sid)) return { path: `${path}/sid`, problem: `names a second actor ${sid}` }
  met.actors.add(sid)
  const isActive = status === undefined
  if (isActive && kind === 'machine' && !isJsonObject(context))
    return { path: `${path}/context`, problem: 'must be an object' }
  if (isActive && EFFECT_KINDS.includes(kind) && !met.effects.has(sid))
    return { path, problem: `waits for the effect ${sid}, which is not there` }
  for (const [id, child] of Object.entries(children)) {
    const wrong = wrongActor(child, `${path}/children/${escapeToken(id)}`, met)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
