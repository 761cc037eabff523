/**
 * All names of the client's generated protocol code, in one place: an adapter for another client's names can stand beside
 * it. The code is CommonJS and made by a generator, so its modules come as default imports.
 */
import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import monitoringGrpc from '@eventstore/db-client/generated/monitoring_grpc_pb.js'
import operationsGrpc from '@eventstore/db-client/generated/operations_grpc_pb.js'
import persistent from '@eventstore/db-client/generated/persistent_pb.js'
import persistentGrpc from '@eventstore/db-client/generated/persistent_grpc_pb.js'
import projectionsGrpc from '@eventstore/db-client/generated/projections_grpc_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import rpcStatus from '@eventstore/db-client/generated/status_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import usersGrpc from '@eventstore/db-client/generated/users_grpc_pb.js'
import any from 'google-protobuf/google/protobuf/any_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'

export const { AppendResp, BatchAppendResp, DeleteResp, ReadReq, ReadResp, TombstoneResp } = streams
export const { AllStreamPosition, Empty, StreamIdentifier, UUID } = shared
export const { AccessDenied, BadRequest, MaximumAppendSizeExceeded, StreamDeleted, Timeout, Unknown } = shared
export const { WrongExpectedVersion } = shared
export const { Status: RpcStatus } = rpcStatus
export const { Any } = any
export const { Empty: GoogleEmpty } = empty
export const { SupportedMethod, SupportedMethods } = features
export const { ClusterInfo, EndPoint, MemberInfo } = gossip

export const { CreateResp: CreateGroupResp, UpdateResp: UpdateGroupResp, DeleteResp: DeleteGroupResp } = persistent
export const { GetInfoResp, ListResp, ReplayParkedResp, SubscriptionInfo } = persistent
export const { ReadReq: PersistentReadReq, ReadResp: PersistentReadResp } = persistent

export const { StreamsService } = streamsGrpc
export const { ServerFeaturesService } = featuresGrpc
export const { GossipService } = gossipGrpc
export const { PersistentSubscriptionsService } = persistentGrpc
export const { ProjectionsService } = projectionsGrpc
export const { UsersService } = usersGrpc
export const { OperationsService } = operationsGrpc
export const { MonitoringService } = monitoringGrpc

export type { AppendReq, BatchAppendReq, DeleteReq, TombstoneReq } from '@eventstore/db-client/generated/streams_pb.js'
export type ReadReq = streams.ReadReq
export type ReadResp = streams.ReadResp
export type AppendResp = streams.AppendResp
export type BatchAppendResp = streams.BatchAppendResp
export type DeleteResp = streams.DeleteResp
export type TombstoneResp = streams.TombstoneResp
export type ReadOptions = streams.ReadReq.Options
export type Uuid = shared.UUID
export type StreamIdentifier = shared.StreamIdentifier
export type PersistentReadReq = persistent.ReadReq
export type PersistentReadResp = persistent.ReadResp
export type SubscriptionInfo = persistent.SubscriptionInfo
export type CreateGroupReq = persistent.CreateReq
export type UpdateGroupReq = persistent.UpdateReq
export type DeleteGroupReq = persistent.DeleteReq
export type GroupSettings = persistent.CreateReq.Settings | persistent.UpdateReq.Settings
export type GroupAllFilter = persistent.CreateReq.AllOptions.FilterOptions
export type { GetInfoReq, ListReq, ReplayParkedReq } from '@eventstore/db-client/generated/persistent_pb.js'
export type CreateGroupResp = persistent.CreateResp
export type UpdateGroupResp = persistent.UpdateResp
export type DeleteGroupResp = persistent.DeleteResp
export type GetInfoResp = persistent.GetInfoResp
export type ListResp = persistent.ListResp
export type ReplayParkedResp = persistent.ReplayParkedResp
