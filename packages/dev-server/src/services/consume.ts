/** `Read` of persistent subscriptions: one consumer of a group; events go out, acknowledgements come in. */
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js'
import type { Consumer, DropReason } from '../persistent/consumer.js'
import type { Group, NackAction } from '../persistent/group.js'
import { groupKey } from '../persistent/group-config.js'
import type { GroupName } from '../persistent/groups.js'
import { PersistentReadReq, type PersistentReadResp } from '../wire/client-names.js'
import { encodeReadEvent } from '../wire/event-encoding.js'
import { malformed, serverStopped, toFailure, type CallFailure } from '../wire/failures.js'
import { uuidText } from '../wire/identifiers.js'
import { consumerConfirmation } from '../wire/persistent-answers.js'
import { groupDropped, groupFull, groupMissing } from '../wire/persistent-failures.js'
import { groupName } from '../wire/persistent-requests.js'
import type { ServiceContext } from './service-context.js'

type ConsumeCall = ServerDuplexStream<PersistentReadReq, PersistentReadResp | Buffer>
type Nack = InstanceType<typeof PersistentReadReq.Nack>

export function consumeHandler(
  context: ServiceContext,
): handleBidiStreamingCall<PersistentReadReq, PersistentReadResp> {
  return (call) => new ConsumerCall(context, call).run()
}

class ConsumerCall {
  readonly #context: ServiceContext
  readonly #call: ConsumeCall
  #connected: { readonly group: Group; readonly consumer: Consumer } | undefined
  #hasEnded = false

  constructor(context: ServiceContext, call: ConsumeCall) {
    this.#context = context
    this.#call = call
  }

  run(): void {
    for (const event of ['cancelled', 'close', 'error']) this.#call.on(event, () => this.#leave())
    this.#call.on('drain', () => this.#connected?.group.offer())
    this.#call.on('data', (request: PersistentReadReq) => {
      try {
        this.#take(request)
      } catch (error) {
        this.#fail(toFailure(error))
      }
    })
    this.#call.on('end', () => {
      if (this.#connected === undefined && !this.#hasEnded) this.#call.end() // else it may listen on
    })
  }

  #take(request: PersistentReadReq): void {
    if (this.#hasEnded) return
    if (this.#connected === undefined) return this.#connect(request.getOptions())
    const { group } = this.#connected
    const ack = request.getAck()
    const nack = request.getNack()
    if (ack !== undefined) group.acknowledge(ack.getIdsList().map(uuidText))
    else if (nack === undefined) throw malformed('Only acknowledgements follow the options')
    else group.refuse(nack.getIdsList().map(uuidText), { action: actionOf(nack), reason: nack.getReason() })
  }

  #connect(options: ReturnType<PersistentReadReq['getOptions']>): void {
    if (options === undefined) throw malformed('The first message has the options')
    const { access, groups } = this.#context
    const name = groupName(options)
    access.check(this.#call.metadata, { stream: name.stream, right: 'read' })
    const user = access.operator(this.#call.metadata)
    if (!options.hasUuidOption()) throw malformed("'uuidOption' is required")
    const capacity = options.getBufferSize()
    if (capacity <= 0) throw malformed("'bufferSize' must be positive")
    const group = groups.find(name)
    if (group === undefined) throw groupMissing(name)
    const consumer = group.connect({
      capacity,
      user,
      name: String(this.#call.metadata.get('connection-name')[0] ?? '<unknown>'),
      isReady: () => !this.#hasEnded && !this.#call.writableNeedDrain,
      send: ({ resolved, retries }) => void this.#call.write(encodeReadEvent(resolved, retries)),
      drop: (reason) => this.#fail(dropFailure(name, reason)),
    })
    if (consumer === undefined) throw groupFull(name)
    if (this.#hasEnded) return // dropped at once
    this.#connected = { group, consumer }
    this.#call.write(consumerConfirmation(groupKey(name)))
    group.offer()
  }

  #leave(): void {
    this.#hasEnded = true
    const connected = this.#connected
    this.#connected = undefined
    connected?.group.disconnect(connected.consumer)
  }

  #fail(failure: CallFailure): void {
    if (this.#hasEnded) return
    this.#leave()
    this.#call.emit('error', failure)
  }
}

function dropFailure(name: GroupName, reason: DropReason): CallFailure {
  return reason === 'stopped' ? serverStopped() : groupDropped(name)
}

/** "Stop" only drops the message, as on the real server. */
function actionOf(nack: Nack): NackAction {
  const { PARK, SKIP, STOP } = PersistentReadReq.Nack.Action
  switch (nack.getAction()) {
    case PARK:
      return 'park'
    case SKIP:
    case STOP:
      return 'skip'
    default:
      return 'retry'
  }
}
