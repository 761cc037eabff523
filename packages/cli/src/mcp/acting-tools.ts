/** Tools that change something, and what plans them. */
import { about, agent, agents, count, definition, event, flag, payload, reason, text } from './tool.js'
import type { Argument, Tool } from './tool.js'

/** Of a fork. */
const forked: Readonly<Record<string, Argument>> = {
  agent,
  as: { ...text('id of the fork; the same request under the same id is the same fork'), isRequired: true },
  at: text('after this revision or time, or before:<state>; the newest record, if it is left out'),
  event: { type: 'json', description: 'it is told this event first: an object with its type' },
  outcome: { type: 'outcome', description: 'an effect that was pending ends so, and does not run' },
  input: { type: 'json', description: 'it starts from another input' },
  version: count('of the definition that it goes on under'),
  timers: text('shift, keep or drop'),
  reason,
}

/** All of a consumer at once are settled on the command line, where a person is asked. */
const parked: Readonly<Record<string, Argument>> = {
  consumer: { ...text('its name'), isRequired: true, isPositional: true },
  keys: { ...agents, description: 'as `parked` shows them' },
  reason,
}

export const ACTING: readonly Tool[] = [
  {
    name: 'start',
    description: 'Start an agent. The same id twice is the same agent.',
    arguments: {
      definition: { ...definition, isRequired: true },
      id: { ...text('of the agent'), isRequired: true },
      input: { type: 'json', description: 'what the definition takes' },
      event: text('type of its first event'),
      payload: { type: 'json', description: 'of that event' },
    },
  },
  {
    name: 'send',
    description: 'Send an event to an agent; answers with the state after it.',
    arguments: {
      agent,
      event,
      payload,
      id: text('the same id twice is one event'),
      keep: flag('where it is blocked: store it'),
      reason,
    },
  },
  {
    name: 'approve',
    description: 'Say yes to what `approval` showed, and to nothing that came in its place meanwhile.',
    arguments: {
      agent,
      event,
      payload,
      about,
      shown: { ...text('payloadHash of `approval`'), isRequired: true },
      revision: { ...count('of `approval`'), isRequired: true },
      reason,
    },
    always: ['--yes'],
  },
  {
    name: 'resolve',
    description: 'Say what became of an effect in doubt, in one way. Find out first: money may have moved.',
    arguments: {
      agent,
      effect: { ...text('its id, or its source'), isRequired: true, isPositional: true },
      complete: { type: 'json', description: 'it has happened, with this output' },
      again: flag('it has not happened: once more, with the same key'),
      fail: text('it has failed, for this reason'),
      acknowledge: flag('its agent does not wait for it any more: it is known'),
      revision: { ...count('of the doubt, as `show` gives it: no later one is settled'), isRequired: true },
      reason,
    },
  },
  { name: 'retry', description: 'Decide again what blocked agents hold, after a fix.', arguments: { agents, reason } },
  {
    name: 'parked-retry',
    command: 'parked retry',
    description: 'Give parked records to their consumer again, after a fix.',
    arguments: parked,
  },
  {
    name: 'parked-skip',
    command: 'parked skip',
    description: 'Say of parked records that they need not be dealt with any more.',
    arguments: parked,
  },
  { name: 'pause', description: 'Hold effects and timers of agents.', arguments: { agents, reason } },
  { name: 'resume', description: 'Take a pause back.', arguments: { agents, reason } },
  {
    name: 'cancel',
    description: 'End agents as stopped.',
    arguments: { agents, reason, deadline: count('seconds that the chart has to end by itself') },
    always: ['--yes'],
  },
  {
    name: 'fork-plan',
    command: 'fork',
    description: 'What a fork would be: what is taken over, what would run again, and what that would cost.',
    arguments: forked,
    always: ['--dry-run'],
  },
  {
    name: 'fork',
    description:
      'Make another agent that goes on from where one was, otherwise. It is paused until `resume`. See `fork-plan` first.',
    arguments: forked,
    always: ['--yes'],
  },
]
