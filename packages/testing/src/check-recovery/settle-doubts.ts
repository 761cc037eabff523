/** The perfect operator: knows what became of each effect in doubt, and decides so. */
import type { AnyAgent } from '@refold/core'
import type { EffectWorld } from '../simulation/effect-world.js'

export interface Operator {
  readonly world: EffectWorld
  /** The incarnation of the process that lives. */
  readonly incarnation: number
}

/** Whether there was a doubt to settle, or an effect that the chart had left and whose process died. */
export async function settleDoubts(agent: AnyAgent, operator: Operator): Promise<boolean> {
  const { condition, effects } = agent.getSnapshot()
  if (condition !== 'in-doubt' && effects.every(({ abandoned }) => abandoned === undefined)) return false
  const open = (await agent.inDoubt()).filter(({ inDoubt, key }) => inDoubt !== undefined || !isUnderWay(key, operator))
  for (const { effect, key, abandoned } of open) {
    const decision = decisionFor(operator.world, key)
    // Nothing performs an effect again that its chart has left.
    await agent.resolve(effect, 'again' in decision && abandoned !== undefined ? { acknowledge: true } : decision)
  }
  return open.length > 0
}

/** Its outcome will come. */
function isUnderWay(key: string, { world, incarnation }: Operator): boolean {
  return world.began({ key }).some(({ author }) => author.incarnation === incarnation)
}

function decisionFor(
  world: EffectWorld,
  key: string,
): { complete: unknown } | { fail: unknown } | { again: true; force: true } {
  const result = world.resultOf(key)
  if (result !== undefined) return { complete: result.output }
  const newest = world.began({ key }).at(-1)
  const ended = world.log.find((entry) => entry.kind === 'ended' && entry.body === newest?.body)
  if (ended?.kind === 'ended' && 'error' in ended.result) return { fail: ended.result.error }
  return { again: true, force: true }
}
