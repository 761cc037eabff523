/** What `project` was given. */
import { checkOptions, optionRule } from '../option-values.js'

/** Throws `INVALID_INPUT`. The definition is looked at where it is used. */
export function checkProjectOptions(options: unknown): void {
  checkOptions(options, { onStatus: optionRule.function, rebuild: optionRule.flag })
}
