/** Names this process so that another one of the machine can tell whether it still runs. */
import { readFileSync, readlinkSync } from 'node:fs'

export interface ProcessName {
  readonly pid: number
  /** Of Linux: in which numbering the pid counts; containers have their own. Elsewhere empty. */
  readonly namespace: string
  /** Of Linux: when it was started, so that a pid which is given again is not taken for it. Elsewhere empty. */
  readonly started: string
}

export function thisProcess(): ProcessName {
  return { pid: process.pid, namespace: readNamespace(), started: statOf(process.pid)?.started ?? '' }
}

/** Whether the process surely runs. Not: it is gone, or counts in another numbering. */
export function isRunning({ pid, namespace, started }: ProcessName): boolean {
  if (pid <= 0 || namespace !== readNamespace() || !exists(pid)) return false
  const found = statOf(pid)
  if (found === undefined) return true
  return !found.ended && (started === '' || found.started === started)
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0) // signal 0 only asks
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `undefined` where it cannot be read. A process that has ended stays in the list until its parent has taken note. */
function statOf(pid: number): { readonly ended: boolean; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ') // its name may hold anything; the third field follows
    return { ended: fields[0] === 'Z' || fields[0] === 'X', started: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

function readNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
