/** The perfect operator: knows what became of each effect in doubt, and decides so. */
import type { AnyAgent } from '@refold/core'
import type { EffectWorld } from '../simulation/effect-world.js'

/** Whether there was a doubt to settle. */
export async function settleDoubts(agent: AnyAgent, { world }: { readonly world: EffectWorld }): Promise<boolean> {
  if (agent.getSnapshot().condition !== 'in-doubt') return false
  const doubts = (await agent.inDoubt()).filter(({ inDoubt }) => inDoubt !== undefined)
  for (const { effect, src, input, abandoned } of doubts) {
    const decision = decisionFor(world, { src, input })
    // Nothing performs an effect again that its chart has left.
    await agent.resolve(effect, 'again' in decision && abandoned !== undefined ? { acknowledge: true } : decision)
  }
  return doubts.length > 0
}

function decisionFor(
  world: EffectWorld,
  { src, input }: { readonly src: string; readonly input: unknown },
): { complete: unknown } | { fail: unknown } | { again: true; force: true } {
  const bodies = world
    .began()
    .filter((body) => src.endsWith(body.src) && JSON.stringify(body.input) === JSON.stringify(input))
  const newest = bodies.at(-1)
  const result = newest === undefined ? undefined : world.resultOf(newest.key)
  if (result !== undefined) return { complete: result.output }
  const ended = world.log.find((entry) => entry.kind === 'ended' && entry.body === newest?.body)
  if (ended?.kind === 'ended' && 'error' in ended.result) return { fail: ended.result.error }
  return { again: true, force: true }
}
