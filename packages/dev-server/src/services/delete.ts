/** `Delete` and `Tombstone`: soft, until someone appends; hard, for ever. */
import type { handleUnaryCall, Metadata } from '@grpc/grpc-js'
import type { ExpectingOptions } from '../wire/expected-revision.js'
import {
  DeleteResp,
  TombstoneResp,
  type DeleteReq,
  type StreamIdentifier,
  type TombstoneReq,
} from '../wire/client-names.js'
import { expectedRevision } from '../wire/expected-revision.js'
import { malformed, streamDeleted, toFailure, wrongExpectedVersion } from '../wire/failures.js'
import { streamName } from '../wire/identifiers.js'
import type { ServiceContext } from './service-context.js'

export function deleteHandler(context: ServiceContext): handleUnaryCall<DeleteReq, DeleteResp> {
  return (call, callback) => {
    carryOut(context, { options: call.request.getOptions(), metadata: call.metadata, kind: 'soft' }).then(
      (position) => {
        const answer = new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position)
        callback(null, new DeleteResp().setPosition(answer))
      },
      (error: unknown) => callback(toFailure(error)),
    )
  }
}

export function tombstoneHandler(context: ServiceContext): handleUnaryCall<TombstoneReq, TombstoneResp> {
  return (call, callback) => {
    carryOut(context, { options: call.request.getOptions(), metadata: call.metadata, kind: 'hard' }).then(
      (position) => {
        const answer = new TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position)
        callback(null, new TombstoneResp().setPosition(answer))
      },
      (error: unknown) => callback(toFailure(error)),
    )
  }
}

interface DeleteOptions extends ExpectingOptions {
  getStreamIdentifier(): StreamIdentifier | undefined
  getRevision(): string
}

/** The position of what was written. */
async function carryOut(
  { log, access }: ServiceContext,
  request: { readonly options: DeleteOptions | undefined; readonly metadata: Metadata; readonly kind: 'soft' | 'hard' },
): Promise<string> {
  const { options, metadata, kind } = request
  if (options === undefined) throw malformed("'options' is required")
  const stream = streamName(options.getStreamIdentifier())
  access.check(metadata, { stream, right: 'delete' })
  const expected = expectedRevision(options, { revision: options.getRevision() })
  const outcome = await log.delete(stream, { expected, kind })
  switch (outcome.kind) {
    case 'deleted':
      throw streamDeleted(stream)
    case 'wrong-version':
      throw wrongExpectedVersion(stream, { expected, last: outcome.last })
    case 'stored':
      return String(outcome.position)
  }
}
