/** The answers of `Read` that are no events. */
import { ReadResp } from './client-names.js'
import { streamIdentifier } from './identifiers.js'

/** The first answer of a subscription. */
export function confirmation(subscriptionId: string): ReadResp {
  return new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId))
}

export function streamNotFound(stream: string): ReadResp {
  return new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream)))
}

/** Everything up to this position was considered. */
export function checkpoint(position: number): ReadResp {
  const text = String(position)
  return new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition(text).setPreparePosition(text))
}

export function caughtUp(): ReadResp {
  return new ReadResp().setCaughtUp(new ReadResp.CaughtUp())
}
