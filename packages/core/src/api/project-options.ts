/** What `project` was given. */
import { checkMembers, requireOption } from '../check-members.js'

/** Throws `INVALID_INPUT`. The definition is looked at where it is used. */
export function checkProjectOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['onStatus', 'rebuild'] })
  const { onStatus, rebuild } = options
  const isCallable = onStatus === undefined || typeof onStatus === 'function'
  requireOption(isCallable, { path: 'onStatus', problem: 'must be a function' })
  const isFlag = rebuild === undefined || typeof rebuild === 'boolean'
  requireOption(isFlag, { path: 'rebuild', problem: 'must be true or false' })
}
