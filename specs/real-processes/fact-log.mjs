/**
 * What a process leaves behind beside the store: one JSON line a fact, handed to the operating system before the process
 * goes on, so that a process that was killed has told everything up to that instant.
 */
import { openSync, writeSync } from 'node:fs'

/** Milliseconds of a clock that all processes of a machine share and that never jumps. */
export function sharedNow() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Appends facts to the file; `by` names the process that they are about. */
export function factLog(file, { by }) {
  const descriptor = openSync(file, 'a')
  return (what, facts = {}) => {
    writeSync(descriptor, `${JSON.stringify({ what, by, at: sharedNow(), ...facts })}\n`)
  }
}
