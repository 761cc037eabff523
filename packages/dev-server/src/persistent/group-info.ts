/** What is told of a group to those who ask. */
import type { Backlog } from './backlog.js'
import type { ConsumerStatistics } from './consumer.js'
import type { GroupConfig } from './group-config.js'
import type { ReadAhead } from './read-ahead.js'
import type { Source } from './source.js'

export interface ConsumerInfo extends ConsumerStatistics {
  readonly averagePerSecond: number
}

export interface GroupInfo {
  readonly config: GroupConfig
  readonly status: string
  readonly consumers: readonly ConsumerInfo[]
  readonly averagePerSecond: number
  readonly total: number
  readonly sinceLast: number
  /** Empty: none. */
  readonly lastCheckpoint: string
  readonly lastKnown: string
  readonly readCount: number
  readonly liveCount: number
  readonly retryCount: number
  readonly inFlight: number
  readonly taken: number
  readonly parked: number
}

export interface GroupParts {
  readonly config: GroupConfig
  readonly source: Source
  readonly backlog: Backlog
  /** `undefined`: it has not begun. */
  readonly readAhead: ReadAhead | undefined
  readonly checkpoint: number | undefined
  readonly isReplaying: boolean
  readonly consumers: readonly ConsumerStatistics[]
  readonly taken: number
  readonly parked: number
}

export class GroupStatistics {
  /** Deliveries, of the same message too. */
  delivered = 0
  #reported = 0
  #reportedAt = performance.now()

  /** Averages are of the time since the last call. */
  info(parts: GroupParts): GroupInfo {
    const now = performance.now()
    const seconds = Math.max(now - this.#reportedAt, 1) / 1000
    const sinceLast = this.delivered - this.#reported
    this.#reportedAt = now
    this.#reported = this.delivered
    const { config, source, backlog, readAhead, checkpoint, consumers, taken, parked } = parts
    const textOf = (place: number | undefined): string => (place === undefined ? '' : source.textOf(place))
    return {
      config,
      status: statusOf(parts),
      consumers: consumers.map((consumer) => ({
        ...consumer,
        averagePerSecond: Math.floor(consumer.sinceLast / seconds),
      })),
      averagePerSecond: Math.floor(sinceLast / seconds),
      total: this.delivered,
      sinceLast,
      lastCheckpoint: textOf(checkpoint),
      lastKnown: textOf(readAhead?.lastKnown),
      readCount: backlog.readCount,
      liveCount: readAhead?.liveCount ?? 0,
      retryCount: backlog.retryCount,
      inFlight: consumers.reduce((sum, { inFlight }) => sum + inFlight, 0),
      taken,
      parked,
    }
  }
}

function statusOf({ readAhead, isReplaying }: GroupParts): string {
  if (readAhead === undefined) return 'NotReady'
  const names = [
    readAhead.isLive ? '' : 'Behind',
    isReplaying ? 'ReplayingParkedMessages' : '',
    readAhead.isLive ? 'Live' : '',
  ]
  return names.filter((name) => name !== '').join(', ')
}
