/** The perfect operator: knows what became of each effect in doubt, and decides so. */
import type { AnyAgent } from '@refold/core'
import type { EffectWorld } from '../simulation/effect-world.js'

/** Whether there was a doubt to settle. */
export async function settleDoubts(agent: AnyAgent, { world }: { readonly world: EffectWorld }): Promise<boolean> {
  if (agent.getSnapshot().condition !== 'in-doubt') return false
  const doubts = (await agent.inDoubt()).filter(({ inDoubt }) => inDoubt !== undefined)
  for (const { effect, key, abandoned } of doubts) {
    const decision = decisionFor(world, key)
    // Nothing performs an effect again that its chart has left.
    await agent.resolve(effect, 'again' in decision && abandoned !== undefined ? { acknowledge: true } : decision)
  }
  return doubts.length > 0
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
