/** What became of an agent's effects and of the agent, read from its state before and after. Costs nothing when no one observes. */
import type { AgentRecorded, RuntimeEvent } from '../../public/runtime-event.js'
import { effectChanges } from '../../record/large-members.js'

export function* effectEventsOf({
  stream,
  before,
  after,
  failed,
}: AgentRecorded): Generator<RuntimeEvent, void, undefined> {
  const { owner, epoch } = after.agent
  if (before !== undefined && before.agent.epoch !== epoch)
    yield { kind: owner === undefined ? 'released' : 'claimed', stream, epoch }
  const changes = effectChanges(before, after)
  for (const { key: effect, before: known, after: document } of changes) {
    if (known === undefined || document !== undefined) continue
    const failure = failed?.[effect]
    const ended = { kind: 'effect.ended', stream, effect, src: known.src } as const
    yield failure === undefined ? ended : { ...ended, failed: failure }
  }
  for (const { key: effect, before: known, after: document } of changes) {
    if (document === undefined) continue
    const { src, retryAt, inDoubt } = document
    if (known === undefined) yield { kind: 'effect.scheduled', stream, effect, src }
    if (retryAt !== undefined && retryAt !== known?.retryAt)
      yield { kind: 'effect.retried', stream, effect, src, retryAt }
    if (inDoubt !== undefined && known?.inDoubt === undefined)
      yield { kind: 'effect.doubted', stream, effect, src, why: inDoubt.why }
  }
}
