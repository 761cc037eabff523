/** Child machines as bars: as long as they run. */
import type { HistoryPoint, HistoryRecord } from '@refold/core/history'
import type { ActorDocument, StateDocument } from '@refold/core/record'
import type { ChildBar } from '../contract/agent.js'
import { Bars } from './bars.js'

type Shown = Pick<ChildBar, 'path' | 'src'>

export class ChildBars {
  readonly #bars = new Bars<ChildBar>()

  get all(): readonly ChildBar[] {
    return this.#bars.all
  }

  begin({ children, document }: HistoryPoint, timeOf: (revision: number) => number): void {
    const began = new Map(children.map(({ actor, startedAt }) => [actor, startedAt]))
    for (const [actor, shown] of runningIn(document)) {
      const revision = began.get(actor) ?? 0
      this.#bars.begin(actor, { ...shown, from: { revision, at: timeOf(revision) } })
    }
  }

  add({ revision, at }: HistoryRecord, state: StateDocument | undefined): void {
    if (state === undefined) return
    this.#bars.follow(runningIn(state), {
      begin: (shown) => ({ ...shown, from: { revision, at } }),
      end: (bar) => ({ ...bar, to: { revision, at } }),
    })
  }
}

/** By their actor. One that stands for an effect has a bar as such. */
function runningIn({ root, unlisted }: StateDocument): ReadonlyMap<string, Shown> {
  const found = new Map<string, Shown>()
  const add = (id: string, actor: ActorDocument, above: readonly string[]): void => {
    const { sid, kind, src, status } = actor
    const path = [...above, id]
    const isMachine = kind === 'machine' || kind === 'transition'
    if (isMachine && status === undefined) found.set(sid, { path, ...(src === undefined ? undefined : { src }) })
    for (const [below, child] of Object.entries(actor.children ?? {})) add(below, child, path)
  }
  for (const [id, actor] of Object.entries(root.children ?? {})) add(id, actor, [])
  for (const { id, actor } of Object.values(unlisted)) add(id, actor, [])
  return found
}
