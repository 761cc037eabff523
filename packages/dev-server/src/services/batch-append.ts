/**
 * `BatchAppend`: one long call with many appends in flight. An append may come in parts, which share a correlation id; it is
 * answered when it is stored, in whatever order that happens, and an append that fails does not end the call.
 */
import { status as Code, type handleBidiStreamingCall, type Metadata, type ServerDuplexStream } from '@grpc/grpc-js'
import type { ProposedEvent } from '../log/event.js'
import {
  badRequest,
  batchAccessDenied,
  batchErrorAnswer,
  batchFailure,
  batchOutcome,
  batchTimeout,
  batchTooLarge,
  deadlineMs,
  type BatchError,
  type BatchSubject,
} from '../wire/batch-answers.js'
import type { BatchAppendReq, BatchAppendResp } from '../wire/client-names.js'
import { expectedRevision } from '../wire/expected-revision.js'
import { serverStopped, toFailure } from '../wire/failures.js'
import { streamName, uuidText } from '../wire/identifiers.js'
import { proposedEvent, sizeOf } from '../wire/proposed-events.js'
import type { ServiceContext } from './service-context.js'

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>

/** An append of which not all parts have come. */
interface OpenAppend extends BatchSubject {
  readonly deadlineMs: number
  readonly events: ProposedEvent[]
  bytes: number
}

/** How often appends of which nothing more comes are looked for. */
const SWEEP_INTERVAL_MS = 1_000

export function batchAppendHandler(context: ServiceContext): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> {
  return (call) => new Batch(context, call).run()
}

class Batch {
  readonly #context: ServiceContext
  readonly #call: BatchCall
  readonly #metadata: Metadata
  readonly #open = new Map<string, OpenAppend>()
  /** Appends that are being stored. */
  #inFlight = 0
  #hasEnded = false
  #isBroken = false

  constructor(context: ServiceContext, call: BatchCall) {
    this.#context = context
    this.#call = call
    this.#metadata = call.metadata
  }

  run(): void {
    const sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref()
    const stop = (): void => {
      this.#isBroken = true
      clearInterval(sweeper)
      this.#context.stopping.removeEventListener('abort', end)
    }
    const end = (): void => {
      this.#hasEnded = true
      this.#endWhenDone()
    }
    for (const event of ['cancelled', 'close', 'error']) this.#call.on(event, stop)
    this.#call.on('data', (request: BatchAppendReq) => this.#take(request))
    this.#call.on('end', end)
    this.#context.stopping.addEventListener('abort', end)
  }

  #take(request: BatchAppendReq): void {
    const key = uuidText(request.getCorrelationId())
    let append: OpenAppend | undefined
    try {
      append = this.#open.get(key) ?? this.#begin(request)
      if (append === undefined) return // a part of an append that was refused
      this.#open.set(key, append)
      const error = this.#add(append, request)
      if (error !== undefined) this.#refuse(key, append, error)
      else if (request.getIsFinal()) {
        this.#open.delete(key)
        void this.#store(append)
      }
    } catch (error) {
      const failure = toFailure(error)
      if (failure.code === Code.UNAUTHENTICATED) return void this.#call.emit('error', failure)
      const subject = append ?? subjectOf(request)
      const isDenied = failure.code === Code.PERMISSION_DENIED
      this.#refuse(key, subject, isDenied ? batchAccessDenied() : badRequest(failure))
    }
  }

  /** `undefined`: the request belongs to an append that is not known, or not any more. */
  #begin(request: BatchAppendReq): OpenAppend | undefined {
    const options = request.getOptions()
    if (options === undefined) return undefined
    const subject = { ...subjectOf(request), stream: streamName(options.getStreamIdentifier()) }
    this.#context.access.check(this.#metadata, { stream: subject.stream, right: 'write' })
    return { ...subject, deadlineMs: deadlineMs(options), events: [], bytes: 0 }
  }

  #add(append: OpenAppend, request: BatchAppendReq): BatchError | undefined {
    for (const message of request.getProposedMessagesList()) {
      const event = proposedEvent(message)
      append.events.push(event)
      append.bytes += sizeOf(event)
    }
    const { maxAppendBytes } = this.#context
    if (append.bytes > maxAppendBytes) return batchTooLarge(maxAppendBytes)
    return append.deadlineMs <= this.#context.log.now() ? batchTimeout() : undefined
  }

  async #store(append: OpenAppend): Promise<void> {
    this.#inFlight++
    try {
      this.#answer(batchOutcome(append, await this.#context.log.append(append.stream, append)))
    } catch (error) {
      this.#answer(batchErrorAnswer(append, batchFailure(error)))
    } finally {
      this.#inFlight--
      this.#endWhenDone()
    }
  }

  #refuse(key: string, subject: BatchSubject, error: BatchError): void {
    this.#open.delete(key)
    this.#answer(batchErrorAnswer(subject, error))
  }

  /** Answers are small and no more than the client's own appends in flight: they need no pacing. */
  #answer(response: BatchAppendResp): void {
    if (!this.#isBroken) this.#call.write(response)
  }

  #sweep(): void {
    const now = this.#context.log.now()
    for (const [key, append] of this.#open) if (append.deadlineMs <= now) this.#refuse(key, append, batchTimeout())
  }

  #endWhenDone(): void {
    if (!this.#hasEnded || this.#inFlight > 0 || this.#isBroken) return
    if (this.#context.stopping.aborted) this.#call.emit('error', serverStopped())
    else this.#call.end()
  }
}

/** Of a request that may be refused for having none. */
function nameOf(request: BatchAppendReq): string {
  const bytes = request.getOptions()?.getStreamIdentifier()?.getStreamName_asU8()
  return Buffer.from(bytes ?? '').toString('utf8')
}

function subjectOf(request: BatchAppendReq): BatchSubject {
  const options = request.getOptions()
  return {
    correlationId: request.getCorrelationId(),
    stream: nameOf(request),
    expected: options === undefined ? 'any' : expectedRevision(options, { revision: options.getStreamPosition() }),
  }
}
