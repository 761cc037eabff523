/** Moving through an agent's records. */
import { move, route } from '../route.js'
import type { AgentRoute } from '../route.js'
import type { AgentModel } from './agent-model.js'

/** Changes the address of the agent that is shown. */
export function change(part: { readonly [K in keyof AgentRoute]?: AgentRoute[K] | undefined }): void {
  const here = route.peek()
  if (here.view !== 'agent') return
  move({ ...here, ...part } as AgentRoute) // a member that is `undefined` is left out of the address
}

/** To a revision, of those that there are. */
export function moveTo(model: AgentModel, revision: number): void {
  const at = Math.max(model.columns.first, Math.min(Math.round(revision), model.last.peek()))
  const here = route.peek()
  if (here.view === 'agent' && here.at === at) return
  change({ at })
}

export function moveBy(model: AgentModel, steps: number): void {
  moveTo(model, model.revision.peek() + steps)
}

/** Follows the newest record from now on. */
export function goLive(): void {
  change({ at: undefined })
}

/** To the next revision of a list, before or behind. */
export function moveAmong(model: AgentModel, revisions: readonly number[], direction: 1 | -1): boolean {
  const here = model.revision.peek()
  const next = direction === 1 ? revisions.find((one) => one > here) : revisions.findLast((one) => one < here)
  if (next !== undefined) moveTo(model, next)
  return next !== undefined
}
