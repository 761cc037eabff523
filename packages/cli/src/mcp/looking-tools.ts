/** Tools that change nothing. */
import { about, agent, agents, count, definition, event, flag, text } from './tool.js'
import type { Tool } from './tool.js'

const MOMENT = 'a revision, a time (2026-11-29T14:00:00Z), or so long ago (-1h); now, if it is left out'

export const LOOKING: readonly Tool[] = [
  {
    name: 'ls',
    description: 'List agents: status, condition, states, owner, when the next timer is due.',
    arguments: {
      definition,
      status: text('active, done, error or stopped'),
      condition: text('running, paused, blocked, in-doubt or suspected'),
      state: text('path of an active state: review, work.draft'),
      'in-doubt': flag('only those with an effect in doubt'),
      overdue: flag('only those with a timer that is past'),
      where: { type: 'strings', description: 'in whose state this is so, as `find` has it; each is read' },
      limit: { ...count('at most so many'), isRequired: true },
    },
  },
  {
    name: 'tail',
    hidesSecrets: true,
    description: 'The records of an agent, of a definition or of all: one line of JSON each, with who and why.',
    arguments: {
      who: { ...text('an agent or a definition; all without it'), isPositional: true },
      since: text('start, a time, or a cursor of a line'),
    },
    always: ['--once'],
  },
  {
    name: 'wait',
    hidesSecrets: true,
    description: 'Wait until an agent is in a state, or has ended.',
    arguments: { agent, state: text('review, work.draft'), timeout: { ...count('seconds'), isRequired: true } },
  },
  { name: 'plan', description: 'What a worker that began now would do: resume, ask, fire, report.', arguments: {} },
  {
    name: 'chart',
    description: 'The chart of a definition, with the active states of an agent.',
    arguments: { definition, version: count('of the definition'), agent: text('order-7, or order-7@12 at a revision') },
  },
  {
    name: 'stats',
    description: 'Count agents by where they stand.',
    arguments: { definition, log: flag('what they write: reads the whole log') },
  },
  {
    name: 'doctor',
    description: 'Look through the whole store for what is wrong: damage, gaps, a wrong directory.',
    arguments: { agents: flag("load the configuration's agents, and name what has no place in them") },
  },
  {
    name: 'approval',
    hidesSecrets: true,
    command: 'approve',
    description: 'What exactly is asked to be approved, with the payloadHash and the revision that `approve` wants.',
    arguments: { agent, event, about },
    always: ['--show'],
  },
  {
    name: 'show',
    hidesSecrets: true,
    description: 'How an agent stands: where, what holds it up, what it waits for, what can be done.',
    arguments: { agent },
  },
  {
    name: 'history',
    hidesSecrets: true,
    description: 'What happened to an agent, the newest records, or those of a range of moments.',
    arguments: {
      agent,
      from: text(`from a moment: ${MOMENT}`),
      to: text('to a moment, included'),
      type: text('only records of this type'),
      touch: text('only records that wrote to this place: /context/total'),
      payload: flag('what came with each'),
      limit: { ...count('at most so many'), isRequired: true },
    },
  },
  {
    name: 'state',
    hidesSecrets: true,
    description: 'What an agent was at a moment, or one place of it.',
    arguments: { agent, at: text(MOMENT), path: text('only what stands at this place: /context/total') },
  },
  {
    name: 'diff',
    hidesSecrets: true,
    description: 'What differs between two moments of an agent, or between two agents.',
    arguments: {
      one: { ...text('an agent, or one at a moment: order-7@400'), isRequired: true, isPositional: true },
      other: { ...text('two moments: 400..412; or the other agent, with @'), isRequired: true, isPositional: true },
      patch: flag('the JSON patch from the one to the other'),
    },
  },
  {
    name: 'blame',
    hidesSecrets: true,
    description: 'Who set a field, and where its value came from.',
    arguments: {
      agent,
      path: { ...text('the place in its state: /context/total'), isRequired: true, isPositional: true },
      at: text(MOMENT),
    },
  },
  {
    name: 'explain',
    hidesSecrets: true,
    description: 'What a record was: who, when, what it changed; and the chain of its causes.',
    arguments: { record: { ...text('order-7@412'), isRequired: true, isPositional: true } },
  },
  {
    name: 'find',
    description: 'When something became true of an agent.',
    arguments: {
      agent,
      where: {
        type: 'strings',
        description: 'state=review, status=done, condition=blocked, /context/total>100; several hold together',
        isRequired: true,
      },
      all: flag('every revision at which it became true or false, not only the first'),
    },
  },
  {
    name: 'verify',
    hidesSecrets: true,
    description: "Decide recorded histories again with the project's code of today, and tell what differs.",
    arguments: {
      names: { ...agents, description: 'agents, or a definition', isRequired: false },
      all: flag('all agents of the store'),
      since: text('a time: only records from then on'),
      limit: { ...count('at most so many agents'), isRequired: true },
    },
  },
  {
    name: 'consumers',
    description: 'Programs that do something with each record: who runs them, how far behind they are.',
    arguments: {},
  },
  {
    name: 'parked',
    description: 'Records that consumers could not deal with, and why.',
    arguments: { consumer: { ...text('only those of this one'), isPositional: true } },
  },
  {
    name: 'query',
    description: 'Ask the documents of projections in SQL that only reads; without a question: list the projections.',
    arguments: {
      question: { ...text('SELECT … FROM projection_<name> …; or the name of a projection'), isPositional: true },
    },
  },
]
