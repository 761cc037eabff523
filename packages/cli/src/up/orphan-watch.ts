/**
 * Ends a worker that has lost its supervisor and does not notice, because a body never gives the event loop back. Others
 * have its agents after a lease; but it would burn a processor for ever.
 *
 * Invariants: it acts only when the parent process is another one than at the start, and the loop has been silent for
 * longer than an orderly end may take. It acts at most two beats after that.
 */
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const BEAT_EVERY_MS = 250

interface Watched {
  readonly beats: Int32Array<SharedArrayBuffer>
  readonly parent: number
  readonly silentMs: number
}

/** Begins to watch this process from a thread of its own. */
export function watchForOrphanhood({ silentMs }: { readonly silentMs: number }): void {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const data: Watched = { beats, parent: process.ppid, silentMs }
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: data, stdout: true, stderr: true })
  thread.on('error', () => {}) // without it a worker is what it was before
  thread.unref()
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_EVERY_MS).unref()
}

function watch({ beats, parent, silentMs }: Watched): void {
  let last = -1
  let heardAt = performance.now()
  setInterval(() => {
    const beat = Atomics.load(beats, 0)
    if (beat !== last || process.ppid === parent) heardAt = performance.now()
    last = beat
    if (performance.now() - heardAt > silentMs) process.kill(process.pid, 'SIGKILL')
  }, BEAT_EVERY_MS)
}

if (!isMainThread) watch(workerData as Watched)
