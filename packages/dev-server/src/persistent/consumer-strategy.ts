/** Which consumer of a group gets a message. */
import type { Consumer } from './consumer.js'
import type { Message } from './message.js'

export interface ConsumerStrategy {
  add(consumer: Consumer): void
  remove(consumer: Consumer): void
  /** Who took it; `passed over`: others may be taken; `full`: none. */
  offer(message: Message): Consumer | 'passed over' | 'full'
}
