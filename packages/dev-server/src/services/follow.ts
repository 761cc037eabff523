/**
 * Subscriptions: catch-up, then live, in one loop over the log. A signal only says that reading on is worth it, so there is
 * no seam between the past and the live part, and nothing is buffered for a client that is slow.
 */
import { randomUUID } from 'node:crypto'
import type { RecordedEvent } from '../log/event.js'
import { lastPosition, readLog } from '../log/read-log.js'
import { readStream, readToTombstone } from '../log/read-stream.js'
import { serverStopped, streamDeleted } from '../wire/failures.js'
import { caughtUp, checkpoint, confirmation } from '../wire/read-answers.js'
import type { ReadStart, RequestedFilter } from '../wire/read-request.js'
import { sendEvents, type ReadCall } from './delivery.js'
import type { ServiceContext } from './service-context.js'

/** Never returns before the client goes, or the server stops. Throws the failure of a stream that is deleted meanwhile. */
export async function followStream(
  context: ServiceContext,
  call: ReadCall,
  { stream, start }: { readonly stream: string; readonly start: ReadStart },
): Promise<void> {
  const { log } = context
  const changes = log.signals.acquire(stream)
  try {
    let after = start === 'start' ? -1 : start === 'end' ? (await log.states.get(stream)).last : start
    call.write(confirmation(randomUUID()))
    let isLive = false
    while (call.isOpen && !changes.closed) {
      const seen = changes.version
      if ((await log.states.get(stream)).isTombstoned) {
        await sendEvents(context, call, await readToTombstone(log, stream, { from: after + 1 }))
        throw streamDeleted(stream)
      }
      for await (const page of readStream(log, stream, { from: after + 1, direction: 'forwards', limit: Infinity })) {
        if (!(await sendEvents(context, call, page))) return
        after = page.at(-1)?.revision ?? after
      }
      if (!isLive && changes.version === seen) {
        isLive = true
        call.write(caughtUp())
      }
      await changes.changedSince(seen, { signal: call.signal })
    }
    if (changes.closed) throw serverStopped()
  } finally {
    log.signals.release(stream)
  }
}

export async function followAll(
  context: ServiceContext,
  call: ReadCall,
  { start, filter }: { readonly start: ReadStart; readonly filter: RequestedFilter | undefined },
): Promise<void> {
  const { log } = context
  const changes = log.signals.all
  let after = start === 'start' ? 0 : start === 'end' ? await lastPosition(log.store) : start
  call.write(confirmation(randomUUID()))
  const marks = new Checkpoints(filter?.checkpointEveryEvents ?? Infinity)
  let isLive = false
  while (call.isOpen && !changes.closed) {
    const seen = changes.version
    for await (const page of readLog(log, { after, direction: 'forwards' })) {
      if (!(await sendFiltered(context, call, { page, filter, marks }))) return
      after = page.at(-1)?.position ?? after
    }
    if (!isLive && changes.version === seen) {
      isLive = true
      const due = filter === undefined ? undefined : marks.flush()
      if (due !== undefined) call.write(checkpoint(due))
      call.write(caughtUp())
    }
    await changes.changedSince(seen, { signal: call.signal })
  }
  if (changes.closed) throw serverStopped()
}

/** `false`: the client has gone. */
async function sendFiltered(
  context: ServiceContext,
  call: ReadCall,
  sent: {
    readonly page: readonly RecordedEvent[]
    readonly filter: RequestedFilter | undefined
    readonly marks: Checkpoints
  },
): Promise<boolean> {
  const { page, filter, marks } = sent
  if (filter === undefined) return sendEvents(context, call, page)
  const verdicts = await filter.matches(page)
  for (const [index, event] of page.entries()) {
    if (verdicts[index] === true && !(await sendEvents(context, call, [event]))) return false
    const due = marks.consider(event)
    if (due !== undefined && !call.write(checkpoint(due))) await call.ready()
  }
  return call.isOpen
}

/** When a filtered subscription is to say how far it has come. */
class Checkpoints {
  readonly #every: number
  #considered = 0
  #last: number | undefined

  constructor(every: number) {
    this.#every = every
  }

  /** The position to tell, if it is time. */
  consider({ position }: RecordedEvent): number | undefined {
    this.#last = position
    return ++this.#considered < this.#every ? undefined : this.flush()
  }

  /** The position that was not told yet. */
  flush(): number | undefined {
    const due = this.#last
    this.#last = undefined
    this.#considered = 0
    return due
  }
}
