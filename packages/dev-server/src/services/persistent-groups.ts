/** Making, changing, deleting and asking about persistent subscription groups. */
import type { handleUnaryCall } from '@grpc/grpc-js'
import { ALL } from '../persistent/source.js'
import type { Group } from '../persistent/group.js'
import type { ChangeOutcome, GroupName } from '../persistent/groups.js'
import {
  CreateGroupResp,
  DeleteGroupResp,
  Empty,
  GetInfoResp,
  ListResp,
  ReplayParkedResp,
  UpdateGroupResp,
  type CreateGroupReq,
  type DeleteGroupReq,
  type GetInfoReq,
  type ListReq,
  type ReplayParkedReq,
  type UpdateGroupReq,
} from '../wire/client-names.js'
import { malformed, toFailure } from '../wire/failures.js'
import { streamName } from '../wire/identifiers.js'
import { subscriptionInfo } from '../wire/persistent-answers.js'
import { groupExists, groupFailed, groupMissing } from '../wire/persistent-failures.js'
import { askedConfig, groupName } from '../wire/persistent-requests.js'
import type { ServiceContext } from './service-context.js'

/** Answers with what the work resolves with; the work is told who calls. */
function answering<Request, Response>(
  { access }: ServiceContext,
  work: (request: Request, caller: { readonly user: string }) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const working = async (): Promise<Response> => work(call.request, { user: access.operator(call.metadata) })
    working().then(
      (response) => callback(null, response),
      (error: unknown) => callback(toFailure(error)),
    )
  }
}

export function createGroupHandler(context: ServiceContext): handleUnaryCall<CreateGroupReq, CreateGroupResp> {
  return answering(context, async (request, caller) => {
    const asked = askedConfig(request)
    assertDone(asked, await context.groups.create(asked, caller))
    return new CreateGroupResp()
  })
}

export function updateGroupHandler(context: ServiceContext): handleUnaryCall<UpdateGroupReq, UpdateGroupResp> {
  return answering(context, async (request, caller) => {
    const asked = askedConfig(request)
    assertDone(asked, await context.groups.update(asked, caller))
    return new UpdateGroupResp()
  })
}

export function deleteGroupHandler(context: ServiceContext): handleUnaryCall<DeleteGroupReq, DeleteGroupResp> {
  return answering(context, async (request, caller) => {
    const name = groupName(required(request.getOptions()))
    assertDone(name, await context.groups.delete(name, caller))
    return new DeleteGroupResp()
  })
}

export function groupInfoHandler(context: ServiceContext): handleUnaryCall<GetInfoReq, GetInfoResp> {
  return answering(context, async (request) => {
    const group = existing(context, groupName(required(request.getOptions())))
    return new GetInfoResp().setSubscriptionInfo(subscriptionInfo(await group.info()))
  })
}

export function listGroupsHandler(context: ServiceContext): handleUnaryCall<ListReq, ListResp> {
  return answering(context, async (request) => {
    const ofStream = required(request.getOptions()).getListForStream()
    const stream = ofStream === undefined || ofStream.hasAll() ? ofStream && ALL : streamName(ofStream.getStream())
    const groups = context.groups.list(stream)
    if (stream !== undefined && groups.length === 0) throw groupMissing({ stream, group: '' })
    const infos = await Promise.all(groups.map((group) => group.info()))
    return new ListResp().setSubscriptionsList(infos.map(subscriptionInfo))
  })
}

export function replayParkedHandler(context: ServiceContext): handleUnaryCall<ReplayParkedReq, ReplayParkedResp> {
  return answering(context, async (request) => {
    const options = required(request.getOptions())
    const name = groupName(options)
    const stopAt = options.hasStopAt() ? Number(options.getStopAt()) : undefined
    if (stopAt !== undefined && stopAt < 0)
      throw groupFailed(name, 'Cannot stop replaying parked message at a negative version.')
    existing(context, name).replayParked({ stopAt })
    return new ReplayParkedResp()
  })
}

type NoContent = InstanceType<typeof Empty>

export function restartGroupsHandler(context: ServiceContext): handleUnaryCall<NoContent, NoContent> {
  return answering(context, async () => {
    await context.groups.restart()
    return new Empty()
  })
}

function required<Options>(options: Options | undefined): Options {
  if (options === undefined) throw malformed("'options' is required")
  return options
}

function existing({ groups }: ServiceContext, name: GroupName): Group {
  const group = groups.find(name)
  if (group === undefined) throw groupMissing(name)
  return group
}

function assertDone(name: GroupName, outcome: ChangeOutcome): void {
  switch (outcome.kind) {
    case 'done':
      return
    case 'exists':
      throw groupExists(name)
    case 'missing':
      throw groupMissing(name)
    case 'refused':
      throw groupFailed(name, outcome.reason)
  }
}
