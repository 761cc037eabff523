/** A worker as its supervisor sees it. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { StepName } from './findings.js'
import type { FromWorker, ToWorker, WorkerOrder } from './messages.js'

/** How a worker ended. */
export interface WorkerEnd {
  /** The step in which it was killed on purpose. */
  readonly killedIn?: StepName
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it wrote on stderr. */
  readonly stderr: string
}

/** A running worker. */
export interface WorkerProcess {
  readonly pid: number | undefined
  readonly ended: Promise<WorkerEnd>
  /** Nothing is lost: what it leaves is taken up by the next one. */
  close(): void
}

/** Starts a worker, and kills it with SIGKILL as soon as it holds in a step. */
export function startWorker(
  order: WorkerOrder,
  { onMessage }: { onMessage: (message: FromWorker) => void },
): WorkerProcess {
  const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [JSON.stringify(order)], { silent: true })
  let killedIn: StepName | undefined
  let stderr = ''
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  child.on('message', (message: FromWorker) => {
    // A message that was on its way when the process was killed says nothing any more.
    if (killedIn !== undefined) return
    if (message.kind === 'holding') {
      killedIn = message.step
      child.kill('SIGKILL')
    }
    onMessage(message)
  })
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.on('error', (error) => resolve({ code: 1, signal: null, stderr: error.message }))
    child.on('close', (code, signal) =>
      resolve({ ...(killedIn === undefined ? {} : { killedIn }), code, signal, stderr }),
    )
  })
  return {
    pid: child.pid,
    ended,
    close: () => void (child.connected && child.send('close' satisfies ToWorker)),
  }
}
