/** `Read`: reads of a stream and of everything, both ways, and subscriptions. */
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js'
import { malformed } from '../wire/failures.js'
import { streamName } from '../wire/identifiers.js'
import { PacedCall } from '../wire/paced-call.js'
import { readFilter, readStart, type ReadStart } from '../wire/read-request.js'
import { streamNotFound } from '../wire/read-answers.js'
import { ReadReq, type ReadOptions, type ReadResp } from '../wire/client-names.js'
import type { EventFilter } from '../log/event-filter.js'
import { readLog } from '../log/read-log.js'
import { isFound, readStream } from '../log/read-stream.js'
import { assertNotDeleted, sendEvents, type ReadCall } from './delivery.js'
import { followAll, followStream } from './follow.js'
import type { ServiceContext } from './service-context.js'

export function readHandler(context: ServiceContext): handleServerStreamingCall<ReadReq, ReadResp> {
  return (grpcCall) => {
    const call: ReadCall = new PacedCall(grpcCall)
    answer(context, call, grpcCall).then(
      () => call.end(),
      (error: unknown) => call.fail(error),
    )
  }
}

async function answer(
  context: ServiceContext,
  call: ReadCall,
  grpcCall: ServerWritableStream<ReadReq, ReadResp>,
): Promise<void> {
  const options = call.request.getOptions()
  if (options === undefined) throw malformed("'options' is required")
  const stream = options.getStream()
  const name = stream === undefined ? undefined : streamName(stream.getStreamIdentifier())
  context.access.check(grpcCall.metadata, { stream: name ?? '$all', right: 'read' })
  if (!options.hasUuidOption()) throw malformed("'uuidOption' is required")
  const start = readStart(options)
  const filter = readFilter(options)
  if (name !== undefined) {
    await assertNotDeleted(context, name)
    if (options.hasSubscription()) return followStream(context, call, { stream: name, start })
    return sendStream(context, call, { stream: name, start })
  }
  if (options.hasSubscription()) return followAll(context, call, { start, filter })
  return sendAll(context, call, { start, filter: filter?.matches })
}

async function sendStream(
  context: ServiceContext,
  call: ReadCall,
  { stream, start }: { readonly stream: string; readonly start: ReadStart },
): Promise<void> {
  const state = await context.log.states.get(stream)
  if (!isFound(state)) return void call.write(streamNotFound(stream))
  const options = optionsOf(call)
  const { direction, limit } = extent(options)
  const isForwards = direction === 'forwards'
  if (start === 'end' && isForwards) throw malformed('Unexpected ReadStreamResult: Error')
  const from = start === 'start' ? 0 : start === 'end' ? state.last : start
  for await (const page of readStream(context.log, stream, { from, direction, limit }))
    if (!(await sendEvents(context, call, page))) return
}

async function sendAll(
  context: ServiceContext,
  call: ReadCall,
  { start, filter }: { readonly start: ReadStart; readonly filter: EventFilter | undefined },
): Promise<void> {
  const { direction, limit } = extent(optionsOf(call))
  const isForwards = direction === 'forwards'
  if (start === (isForwards ? 'end' : 'start')) return
  const after = typeof start === 'string' ? undefined : isForwards ? start - 1 : start
  let left = limit
  for await (const page of readLog(context.log, { after, direction })) {
    const verdicts = await filter?.(page)
    const wanted = page.filter((_, index) => verdicts?.[index] !== false).slice(0, left)
    if (!(await sendEvents(context, call, wanted))) return
    left -= wanted.length
    if (left <= 0) return
  }
}

function optionsOf(call: ReadCall): ReadOptions {
  const options = call.request.getOptions()
  if (options === undefined) throw malformed("'options' is required")
  return options
}

function extent(options: ReadOptions): { readonly direction: 'forwards' | 'backwards'; readonly limit: number } {
  const isForwards = options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS
  return { direction: isForwards ? 'forwards' : 'backwards', limit: Number(options.getCount()) }
}
