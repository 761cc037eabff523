/** `Gossip`: a cluster of one, for clients that were given `esdb+discover://` or several addresses. */
import { randomUUID } from 'node:crypto'
import type { handleUnaryCall } from '@grpc/grpc-js'
import { ClusterInfo, EndPoint, MemberInfo, type Empty } from '../wire/client-names.js'
import { uuid } from '../wire/identifiers.js'

/** Where clients reach this server. */
export interface Advertised {
  readonly host: string
  readonly port: number
}

type GossipHandler = handleUnaryCall<InstanceType<typeof Empty>, InstanceType<typeof ClusterInfo>>

export function gossipHandler({ advertised }: { readonly advertised: () => Advertised }): GossipHandler {
  const instanceId = randomUUID()
  return (_call, callback) => {
    const { host, port } = advertised()
    const member = new MemberInfo()
      .setInstanceId(uuid(instanceId))
      .setTimeStamp(`${Date.now()}0000`)
      .setState(MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port))
    callback(null, new ClusterInfo().setMembersList([member]))
  }
}
