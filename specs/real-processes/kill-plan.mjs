/**
 * Where a process kills itself with SIGKILL.
 *
 * `{ round, moment }`: as soon as every agent that has not ended stands right before (or after) its append number `round`
 * in this process: one death is then a death between two records for each of them. `{ nth, moment }`: at the append
 * number `nth` of all agents together.
 */
export function killPlan(plan, { streams }) {
  if (plan === undefined) return {}
  const running = new Set(streams)
  const standing = new Set()
  const counts = new Map()
  let total = 0

  const isThere = (stream) => ('nth' in plan ? total === plan.nth : counts.get(stream) === plan.round)
  const killWhenAllStand = () => {
    const everyone = [...running].every((stream) => standing.has(stream))
    if (standing.size > 0 && ('nth' in plan || everyone)) process.kill(process.pid, 'SIGKILL')
  }
  const stop = async (stream, moment) => {
    if (plan.moment !== moment || !running.has(stream) || !isThere(stream)) return
    standing.add(stream)
    killWhenAllStand()
    await new Promise(() => {})
  }
  return {
    beforeAppend: (stream) => {
      if (running.has(stream)) counts.set(stream, (counts.get(stream) ?? 0) + 1)
      if (running.has(stream)) total += 1
      return stop(stream, 'before')
    },
    afterAppend: (stream) => stop(stream, 'after'),
    ended: (stream) => {
      running.delete(stream)
      killWhenAllStand()
    },
  }
}
