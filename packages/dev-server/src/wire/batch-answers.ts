/** Answers of `BatchAppend`: in any order, each with the correlation id of its request; errors are answers too. */
import { status as Code } from '@grpc/grpc-js'
import { isRefoldError } from '@refold/core/store'
import type { AppendOutcome } from '../log/event-log.js'
import type { ExpectedRevision } from '../log/event.js'
import {
  AccessDenied,
  AllStreamPosition,
  Any,
  BadRequest,
  BatchAppendResp,
  GoogleEmpty,
  MaximumAppendSizeExceeded,
  RpcStatus,
  StreamDeleted,
  Timeout,
  Unknown,
  WrongExpectedVersion,
  type BatchAppendReq,
  type Uuid,
} from './client-names.js'
import type { CallFailure } from './failures.js'
import { streamIdentifier } from './identifiers.js'

/** What an answer repeats of its request. */
export interface BatchSubject {
  readonly correlationId: Uuid | undefined
  readonly stream: string
  readonly expected: ExpectedRevision
}

/** An error inside of the stream of answers; the call goes on. */
export interface BatchError {
  readonly code: number
  readonly message: string
  readonly type: string
  readonly details: { serializeBinary(): Uint8Array }
}

const PACKAGE = 'event_store.client'
/** The codes of google.rpc, which are those of gRPC. */
const { ALREADY_EXISTS, DEADLINE_EXCEEDED, INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNKNOWN } = Code

function batchError(name: string, error: Pick<BatchError, 'code' | 'details'> & { message?: string }): BatchError {
  return { message: name, ...error, type: `${PACKAGE}.${name}` }
}

export function batchAccessDenied(): BatchError {
  return batchError('AccessDenied', { code: PERMISSION_DENIED, details: new AccessDenied() })
}

export function batchTimeout(): BatchError {
  return batchError('Timeout', { code: DEADLINE_EXCEEDED, details: new Timeout() })
}

export function batchTooLarge(maxBytes: number): BatchError {
  const details = new MaximumAppendSizeExceeded().setMaxappendsize(maxBytes)
  return batchError('MaximumAppendSizeExceeded', { code: INVALID_ARGUMENT, details })
}

export function badRequest({ details }: Pick<CallFailure, 'details'>): BatchError {
  return batchError('BadRequest', { code: INVALID_ARGUMENT, details: new BadRequest().setMessage(details) })
}

/** What a thrown value of the log means for one append. */
export function batchFailure(error: unknown): BatchError {
  const mayPass = isRefoldError(error) && ['STORE_REJECTED', 'STORE_UNKNOWN', 'CONFLICT'].includes(error.code)
  if (mayPass) return batchTimeout()
  const message = error instanceof Error ? error.message : String(error)
  return batchError('Unknown', { code: UNKNOWN, message, details: new Unknown() })
}

/** The answer to an append that was carried out, or decided against. */
export function batchOutcome(subject: BatchSubject, outcome: AppendOutcome): BatchAppendResp {
  const { stream, expected } = subject
  switch (outcome.kind) {
    case 'stored':
      return answerTo(subject).setSuccess(success(outcome))
    case 'deleted': {
      const details = new StreamDeleted().setStreamIdentifier(streamIdentifier(stream))
      return batchErrorAnswer(subject, batchError('StreamDeleted', { code: NOT_FOUND, details }))
    }
    case 'wrong-version': {
      const details = wrongVersion(outcome, expected)
      return batchErrorAnswer(subject, batchError('WrongExpectedVersion', { code: ALREADY_EXISTS, details }))
    }
  }
}

export function batchErrorAnswer(
  subject: Pick<BatchSubject, 'correlationId' | 'stream'>,
  { code, message, type, details }: BatchError,
): BatchAppendResp {
  const any = new Any()
  any.pack(details.serializeBinary(), type)
  return answerTo(subject).setError(new RpcStatus().setCode(code).setMessage(message).setDetails(any))
}

/** Whether the client wants no answer any more, epoch milliseconds; `Infinity` without a deadline. */
export function deadlineMs(options: BatchAppendReq.Options): number {
  return options.getDeadline()?.toDate().getTime() ?? Infinity
}

function answerTo({ correlationId, stream }: Pick<BatchSubject, 'correlationId' | 'stream'>): BatchAppendResp {
  return new BatchAppendResp().setCorrelationId(correlationId).setStreamIdentifier(streamIdentifier(stream))
}

function success({
  last,
  position,
}: AppendOutcome & { readonly kind: 'stored' }): InstanceType<typeof BatchAppendResp.Success> {
  const answer = new BatchAppendResp.Success()
  if (last < 0) answer.setNoStream(new GoogleEmpty())
  else answer.setCurrentRevision(String(last))
  const text = String(position)
  return answer.setPosition(new AllStreamPosition().setCommitPosition(text).setPreparePosition(text))
}

function wrongVersion(
  { last }: { readonly last: number },
  expected: ExpectedRevision,
): InstanceType<typeof WrongExpectedVersion> {
  const answer = new WrongExpectedVersion()
  if (last < 0) answer.setCurrentNoStream(new GoogleEmpty())
  else answer.setCurrentStreamRevision(String(last))
  if (expected === 'any') return answer.setExpectedAny(new GoogleEmpty())
  if (expected === 'no_stream') return answer.setExpectedNoStream(new GoogleEmpty())
  if (expected === 'stream_exists') return answer.setExpectedStreamExists(new GoogleEmpty())
  return answer.setExpectedStreamPosition(String(expected))
}
