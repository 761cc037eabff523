/** An effect body whose every run is in the test's hands. */
import { invariant } from '../errors.js'
import type { EffectArgs } from '../definition/effect-types.js'

export interface Run {
  readonly args: EffectArgs<WorkInput>
  resolve(output: unknown): void
  reject(error: unknown): void
}

export interface WorkInput {
  readonly job: string
  readonly list?: string[]
}

export interface ControlledBody {
  readonly body: (args: EffectArgs<WorkInput>) => Promise<never>
  /** Every run that has begun, oldest first. */
  readonly runs: readonly Run[]
  /** The newest run. Throws when none has begun. */
  readonly last: Run
}

export function controlledBody(): ControlledBody {
  const runs: Run[] = []
  return {
    runs,
    get last() {
      const run = runs.at(-1)
      invariant(run !== undefined, 'no body has begun')
      return run
    },
    body: (args) =>
      new Promise((resolve, reject) => {
        runs.push({ args, resolve, reject })
      }),
  }
}

/** A body that ends when its signal aborts, as `fetch` does. */
export function obedient(run: Run): Run {
  const { signal } = run.args
  const end = (): void => run.reject(signal.reason)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end)
  return run
}
