/** The answers of persistent subscriptions that are no events. */
import type { GroupInfo } from '../persistent/group-info.js'
import { PersistentReadResp, SubscriptionInfo } from './client-names.js'

/** As the real server tells a time that never comes. */
const NEVER_MS = 2_147_483_647

/** The first answer to a consumer. */
export function consumerConfirmation(subscriptionId: string): PersistentReadResp {
  const confirmation = new PersistentReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId)
  return new PersistentReadResp().setSubscriptionConfirmation(confirmation)
}

export function subscriptionInfo(info: GroupInfo): SubscriptionInfo {
  const { config } = info
  return new SubscriptionInfo()
    .setEventSource(config.stream)
    .setGroupName(config.group)
    .setStatus(info.status)
    .setConnectionsList(info.consumers.map(connectionInfo))
    .setAveragePerSecond(info.averagePerSecond)
    .setTotalItems(String(info.total))
    .setCountSinceLastMeasurement(String(info.sinceLast))
    .setLastCheckpointedEventPosition(info.lastCheckpoint)
    .setLastKnownEventPosition(info.lastKnown)
    .setResolveLinkTos(config.resolveLinkTos)
    .setStartFrom(config.startPosition)
    .setMessageTimeoutMilliseconds(config.messageTimeout)
    .setExtraStatistics(config.extraStatistics)
    .setMaxRetryCount(config.maxRetryCount)
    .setLiveBufferSize(config.liveBufferSize)
    .setBufferSize(config.historyBufferSize)
    .setReadBatchSize(config.readBatchSize)
    .setCheckPointAfterMilliseconds(config.checkPointAfter === 0 ? NEVER_MS : config.checkPointAfter)
    .setMinCheckPointCount(config.minCheckPointCount)
    .setMaxCheckPointCount(config.maxCheckPointCount)
    .setReadBufferCount(info.readCount)
    .setLiveBufferCount(String(info.liveCount))
    .setRetryBufferCount(info.retryCount)
    .setTotalInFlightMessages(info.inFlight)
    .setOutstandingMessagesCount(info.taken)
    .setNamedConsumerStrategy(config.namedConsumerStrategy)
    .setMaxSubscriberCount(config.maxSubscriberCount)
    .setParkedMessageCount(String(info.parked))
}

function connectionInfo(
  consumer: GroupInfo['consumers'][number],
): InstanceType<typeof SubscriptionInfo.ConnectionInfo> {
  const measurements = consumer.measurements.map(({ key, value }) =>
    new SubscriptionInfo.Measurement().setKey(key).setValue(String(value)),
  )
  return new SubscriptionInfo.ConnectionInfo()
    .setUsername(consumer.user)
    .setAverageItemsPerSecond(consumer.averagePerSecond)
    .setTotalItems(String(consumer.total))
    .setCountSinceLastMeasurement(String(consumer.sinceLast))
    .setObservedMeasurementsList(measurements)
    .setAvailableSlots(consumer.slots)
    .setInFlightMessages(consumer.inFlight)
    .setConnectionName(consumer.name)
}
