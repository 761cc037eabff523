/** How calls about persistent subscriptions fail, as the real server says it. */
import { status as Code } from '@grpc/grpc-js'
import { failure, type CallFailure } from './failures.js'

/** The group that a failure is about. */
export interface FailedGroup {
  readonly stream: string
  readonly group: string
}

export function groupFailed({ stream, group }: FailedGroup, reason: string): CallFailure {
  const text = `Subscription group ${group} on stream ${stream} failed: '${reason}'`
  return failure(Code.INTERNAL, text, {
    exception: 'persistent-subscription-failed',
    'stream-name': stream,
    'group-name': group,
    reason,
  })
}

export function groupMissing(failed: FailedGroup): CallFailure {
  return about(failed, {
    code: Code.NOT_FOUND,
    exception: 'persistent-subscription-does-not-exist',
    text: 'does not exist',
  })
}

export function groupExists(failed: FailedGroup): CallFailure {
  return about(failed, { code: Code.ALREADY_EXISTS, exception: 'persistent-subscription-exists', text: 'exists' })
}

export function groupDropped(failed: FailedGroup): CallFailure {
  return about(failed, { code: Code.CANCELLED, exception: 'persistent-subscription-dropped', text: 'was dropped' })
}

export function groupFull({ stream, group }: FailedGroup): CallFailure {
  const text = `Maximum subscriptions reached for subscription group ${group} on stream ${stream}.`
  return failure(Code.FAILED_PRECONDITION, text, {
    exception: 'maximum-subscribers-reached',
    'stream-name': stream,
    'group-name': group,
  })
}

function about(
  { stream, group }: FailedGroup,
  { code, exception, text }: { readonly code: Code; readonly exception: string; readonly text: string },
): CallFailure {
  const trailers = { exception, 'stream-name': stream, 'group-name': group }
  return failure(code, `Subscription group ${group} on stream ${stream} ${text}.`, trailers)
}
