/** Names the kernel that this process runs on: file locks tell the truth only among its processes. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Machine {
  readonly host: string
  /** Of Linux: differs after every start of the machine, and is the same in all its containers. Elsewhere empty. */
  readonly boot: string
}

export function thisMachine(): Machine {
  return { host: hostname(), boot: readBootId() }
}

/** Whether a process that wrote down `then` lives on `now`, or lived on it before it was started again. */
export function isSameMachine(then: Machine, now: Machine): boolean {
  return then.host === now.host || (then.boot !== '' && then.boot === now.boot)
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
