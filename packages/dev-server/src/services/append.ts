/** `Append`: the older form, one call an append; clients use it when a call has credentials of its own. */
import type { handleClientStreamingCall, ServerReadableStream } from '@grpc/grpc-js'
import type { AppendOutcome } from '../log/event-log.js'
import type { ExpectedRevision, ProposedEvent } from '../log/event.js'
import { AppendResp, Empty, type AppendReq } from '../wire/client-names.js'
import { expectedRevision } from '../wire/expected-revision.js'
import { appendTooLarge, malformed, streamDeleted, toFailure } from '../wire/failures.js'
import { streamName } from '../wire/identifiers.js'
import { proposedEvent, sizeOf } from '../wire/proposed-events.js'
import type { ServiceContext } from './service-context.js'

interface Target {
  readonly stream: string
  readonly expected: ExpectedRevision
}

export function appendHandler(context: ServiceContext): handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, callback) => {
    collect(context, call)
      .then(({ target, events }) => carryOut(context, target, events))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toFailure(error)),
      )
  }
}

interface Collected {
  readonly target: Target
  readonly events: readonly ProposedEvent[]
}

/** Resolves with the whole append when the client has sent it. Rejects at the first thing that is wrong. */
function collect(context: ServiceContext, call: ServerReadableStream<AppendReq, AppendResp>): Promise<Collected> {
  let target: Target | undefined
  let bytes = 0
  const events: ProposedEvent[] = []
  const take = (message: AppendReq): void => {
    const options = message.getOptions()
    const proposed = message.getProposedMessage()
    if (options !== undefined) {
      const stream = streamName(options.getStreamIdentifier())
      context.access.check(call.metadata, { stream, right: 'write' })
      target = { stream, expected: expectedRevision(options, { revision: options.getRevision() }) }
    } else if (proposed !== undefined) {
      const event = proposedEvent(proposed)
      bytes += sizeOf(event)
      if (bytes > context.maxAppendBytes) throw appendTooLarge(context.maxAppendBytes)
      events.push(event)
    }
  }
  return new Promise((resolve, reject) => {
    call.on('data', (message: AppendReq) => {
      try {
        take(message)
      } catch (error) {
        reject(error)
      }
    })
    call.on('end', () => {
      if (target === undefined) reject(malformed('The first message of an append has its options'))
      else resolve({ target, events })
    })
    call.on('cancelled', () => reject(malformed('cancelled')))
  })
}

async function carryOut(
  { log }: ServiceContext,
  { stream, expected }: Target,
  events: readonly ProposedEvent[],
): Promise<AppendResp> {
  const outcome = await log.append(stream, { expected, events })
  switch (outcome.kind) {
    case 'deleted':
      throw streamDeleted(stream)
    case 'wrong-version':
      return new AppendResp().setWrongExpectedVersion(wrongVersion(outcome, expected))
    case 'stored':
      return new AppendResp().setSuccess(success(outcome))
  }
}

function success({
  last,
  position,
}: AppendOutcome & { readonly kind: 'stored' }): InstanceType<typeof AppendResp.Success> {
  const answer = new AppendResp.Success()
  if (last < 0) answer.setNoStream(new Empty())
  else answer.setCurrentRevision(String(last))
  const text = String(position)
  return answer.setPosition(new AppendResp.Position().setCommitPosition(text).setPreparePosition(text))
}

function wrongVersion(
  { last }: { readonly last: number },
  expected: ExpectedRevision,
): InstanceType<typeof AppendResp.WrongExpectedVersion> {
  const answer = new AppendResp.WrongExpectedVersion()
  if (last < 0) answer.setCurrentNoStream(new Empty())
  else answer.setCurrentRevision(String(last))
  if (expected === 'any') return answer.setExpectedAny(new Empty())
  if (expected === 'no_stream') return answer.setExpectedNoStream(new Empty())
  if (expected === 'stream_exists') return answer.setExpectedStreamExists(new Empty())
  return answer.setExpectedRevision(String(expected))
}
