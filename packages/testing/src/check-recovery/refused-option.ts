import { RefoldError } from '@refold/core'

/** The refusal of an option, as every Refold package words it. */
export function refusedOption(path: string, problem: string, hint?: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `${path}: ${problem}`, {
    facts: { path },
    ...(hint === undefined ? undefined : { hint }),
  })
}
