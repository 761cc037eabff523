/**
 * The chart of a review. Three steps look at the packages at the same time, two more compare them; a person, or a policy in
 * their place, decides; a report is written.
 */
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { actorsWith, noWitness } from './actors.js'
import type {
  Ages,
  Decision,
  Duplicates,
  Findings,
  Inventory,
  Licences,
  Proposal,
  Provenance,
  Scripts,
  Sizes,
  Summary,
} from './findings.js'
import type { PackagesInput } from './steps/licences.js'
import { summaryFromTemplate } from './steps/summary.js'

/** What is to be reviewed. Paths are absolute. */
export const Job = z.object({
  directory: z.string(),
  report: z.string(),
  day: z.string(),
  llm: z.object({ url: z.url(), model: z.string(), keyVariable: z.string() }).nullable(),
})
/** What is to be reviewed. */
export type Job = z.infer<typeof Job>

/** Everything that a review knows so far. */
export interface ReviewContext extends Job {
  readonly inventory: Inventory | null
  readonly licences: Licences | null
  readonly scripts: Scripts | null
  readonly ages: Ages | null
  readonly sizes: Sizes | null
  readonly duplicates: Duplicates | null
  readonly provenance: Provenance | null
  readonly proposal: Proposal | null
  readonly decision: Decision | null
  readonly summary: Summary | null
}

const NOTHING_FOUND = {
  inventory: null,
  licences: null,
  scripts: null,
  ages: null,
  sizes: null,
  duplicates: null,
  provenance: null,
  proposal: null,
  decision: null,
  summary: null,
}

/** The chart. `reviewAgent` gives it a witness. */
export const reviewMachine = setup({
  types: {
    input: {} as Job,
    context: {} as ReviewContext,
    events: {} as { type: 'decide'; verdict: 'accept' | 'reject'; by: string },
    output: {} as { decision: Decision; summary: Summary; report: string },
  },
  actors: actorsWith(noWitness),
}).createMachine({
  context: ({ input }) => ({ ...input, ...NOTHING_FOUND }),
  initial: 'listing',
  states: {
    listing: {
      invoke: {
        src: 'inventory',
        input: ({ context: { directory } }) => ({ directory }),
        onDone: { target: 'looking', actions: assign({ inventory: ({ event }) => event.output }) },
      },
    },
    looking: {
      type: 'parallel',
      states: {
        licences: {
          initial: 'working',
          states: {
            working: {
              invoke: {
                src: 'licences',
                input: packagesOf,
                onDone: { target: 'done', actions: assign({ licences: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
        scripts: {
          initial: 'working',
          states: {
            working: {
              invoke: {
                src: 'scripts',
                input: packagesOf,
                onDone: { target: 'done', actions: assign({ scripts: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
        ages: {
          initial: 'working',
          states: {
            working: {
              invoke: {
                src: 'ages',
                input: packagesOf,
                onDone: { target: 'done', actions: assign({ ages: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
      },
      onDone: 'measuring',
    },
    measuring: {
      invoke: {
        src: 'sizes',
        input: packagesOf,
        onDone: { target: 'comparing', actions: assign({ sizes: ({ event }) => event.output }) },
      },
    },
    comparing: {
      type: 'parallel',
      states: {
        duplicates: {
          initial: 'working',
          states: {
            working: {
              invoke: {
                src: 'duplicates',
                input: packagesOf,
                onDone: { target: 'done', actions: assign({ duplicates: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
        provenance: {
          initial: 'working',
          states: {
            working: {
              invoke: {
                src: 'provenance',
                input: packagesOf,
                onDone: { target: 'done', actions: assign({ provenance: ({ event }) => event.output }) },
              },
            },
            done: { type: 'final' },
          },
        },
      },
      onDone: 'weighing',
    },
    weighing: {
      invoke: {
        src: 'decision',
        input: ({ context }) => findingsOf(context),
        onDone: { target: 'deciding', actions: assign({ proposal: ({ event }) => event.output }) },
      },
    },
    // Waits for a person, for as long as it takes. Where there is none, the process that watches sends what the policy proposes.
    deciding: {
      on: {
        decide: {
          target: 'summarising',
          actions: assign({ decision: ({ event: { verdict, by } }) => ({ verdict, by }) }),
        },
      },
    },
    summarising: {
      invoke: {
        src: 'summary',
        input: ({ context }) => ({ llm: context.llm, findings: findingsOf(context), ...verdictOf(context) }),
        onDone: { target: 'reporting', actions: assign({ summary: ({ event }) => event.output }) },
        // An endpoint that does not answer costs the prose, not the review.
        onError: { target: 'reporting', actions: assign({ summary: ({ context }) => templateFor(context) }) },
      },
    },
    reporting: {
      invoke: {
        src: 'report',
        input: ({ context }) => ({
          file: context.report,
          day: context.day,
          findings: findingsOf(context),
          ...verdictOf(context),
          summary: found(context.summary),
        }),
        onDone: 'done',
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => ({
    decision: found(context.decision),
    summary: found(context.summary),
    report: context.report,
  }),
})

function packagesOf({ context }: { context: ReviewContext }): PackagesInput {
  return { directory: context.directory, packages: found(context.inventory).packages }
}

function findingsOf(context: ReviewContext): Findings {
  return {
    inventory: found(context.inventory),
    licences: found(context.licences),
    scripts: found(context.scripts),
    ages: found(context.ages),
    sizes: found(context.sizes),
    duplicates: found(context.duplicates),
    provenance: found(context.provenance),
  }
}

function verdictOf(context: ReviewContext): { proposal: Proposal; decision: Decision } {
  return { proposal: found(context.proposal), decision: found(context.decision) }
}

function templateFor(context: ReviewContext): Summary {
  const text = summaryFromTemplate({ findings: findingsOf(context), ...verdictOf(context) })
  return { text, by: 'template, as the model could not be reached', promptTokens: 0, completionTokens: 0 }
}

/** The order of the states guarantees it; the type does not know. */
function found<T>(value: T | null): T {
  if (value === null) throw new Error('a step used what an earlier step has not found')
  return value
}
