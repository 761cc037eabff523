/**
 * The configuration as a supervisor needs it: looked at by a process of its own, so that nothing of the project's code runs,
 * or ever throws, where the fleet is kept alive.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isRefoldError, RefoldError } from '@refold/core'
import type { RefoldErrorCode } from '@refold/core'
import type { RefoldConfig } from '../config/define-config.js'
import { loadConfig } from '../config/load-config.js'
import type { Failure } from './messages.js'

/** As the configuration has them. */
type ForSupervisor = Pick<RefoldConfig, 'workers' | 'health'>
type Answer = ForSupervisor | Omit<Failure, 'kind'>

const SELF = fileURLToPath(import.meta.url)

/** What of the configuration concerns a supervisor. Rejects with `INVALID_CONFIG`, as `loadConfig` does. */
export async function checkConfig(file: string): Promise<ForSupervisor> {
  const child = fork(SELF, [file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = once(child, 'exit').then(([code, signal]) => ({ ended: (signal ?? code) as string | number }))
  const answered = once(child, 'message').then(([answer]) => answer as Answer)
  const answer = await Promise.race([answered, ended])
  child.kill('SIGKILL')
  if ('ended' in answer) {
    const message = `${file}: it ends the process that loads it (${answer.ended})`
    throw new RefoldError('INVALID_CONFIG', message, { hint: `It must run by itself: node ${file}`, facts: { file } })
  }
  if (!('code' in answer)) return answer
  const { code, message, hint } = answer
  throw new RefoldError(code as RefoldErrorCode, message, { ...(hint === undefined ? undefined : { hint }) })
}

async function look(file: string): Promise<Answer> {
  try {
    const { workers, health } = await loadConfig(file)
    return { ...(workers === undefined ? {} : { workers }), ...(health === undefined ? {} : { health }) }
  } catch (error) {
    if (!isRefoldError(error)) throw error
    const { code, message, hint } = error
    return { code, message, ...(hint === undefined ? undefined : { hint }) }
  }
}

if (process.argv[1] === SELF && process.send !== undefined) process.send(await look(process.argv[2] as string))
