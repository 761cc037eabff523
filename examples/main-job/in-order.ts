/**
 * Two sources tell the screen what happens: the worker, which bodies begin, and the store, which outcomes are recorded. A
 * body begins only after what it needs is recorded, but its message may come first: it is shown when its turn is there.
 */
import type { StepName } from './findings.js'
import type { Screen } from './screen.js'

/** Steps of one stage run at the same time; a stage begins when the one before is recorded. */
const STAGES: readonly (readonly StepName[])[] = [
  ['inventory'],
  ['licences', 'scripts', 'ages'],
  ['sizes'],
  ['duplicates', 'provenance'],
  ['decision'],
  ['summary'],
  ['report'],
]

/** The same screen, told in the order of the chart. */
export function inOrder(screen: Screen): Screen {
  const stored = new Set<StepName>()
  let early: { readonly step: StepName; readonly show: () => void }[] = []

  const isDue = (step: StepName): boolean => (STAGES[stageOf(step) - 1] ?? []).every((before) => stored.has(before))
  const whenDue = (step: StepName, show: () => void): void => {
    if (isDue(step) && early.length === 0) show()
    else early.push({ step, show })
  }
  return {
    ...screen,
    begun: (step, facts) => whenDue(step, () => screen.begun(step, facts)),
    killed: (step) => whenDue(step, () => screen.killed(step)),
    token: (text) => whenDue('summary', () => screen.token(text)),
    stored(step) {
      stored.add(step)
      screen.stored(step)
      const due = early.filter((message) => isDue(message.step))
      early = early.filter((message) => !due.includes(message))
      for (const { show } of due) show()
    },
  }
}

function stageOf(step: StepName): number {
  return STAGES.findIndex((steps) => steps.includes(step))
}
