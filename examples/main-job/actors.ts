/** The ten steps as effects, and the witness that sees their bodies begin and end. */
import { effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import type { Findings, StepName } from './findings.js'
import { findAges } from './steps/ages.js'
import { propose } from './steps/decision.js'
import { findDuplicates } from './steps/duplicates.js'
import { takeInventory } from './steps/inventory.js'
import { findLicences } from './steps/licences.js'
import type { PackagesInput } from './steps/licences.js'
import { findProvenance } from './steps/provenance.js'
import { writeReport } from './steps/report.js'
import { findScripts } from './steps/scripts.js'
import { measureSizes } from './steps/sizes.js'
import { writeSummary } from './steps/summary.js'
import type { SummaryInput } from './steps/summary.js'

/** Sees each body begin and end, whatever Refold makes of it. */
export interface Witness {
  begun(step: StepName, facts: { attempt: number }): void
  /** After the body's work and before it returns. A process that is killed here has worked for nothing. */
  ending(step: StepName): Promise<void>
  /** A piece of the summary, as the model writes it. */
  token?(text: string): void
}

/** For who only reads the agent, and for the machine as it is drawn. */
export const noWitness: Witness = { begun: () => {}, ending: async () => {} }

/** The actors of the machine. */
export function actorsWith(witness: Witness) {
  const watched = <I, O>(step: StepName, body: (args: EffectArgs<I>) => O | Promise<O>) =>
    effect(async (args: EffectArgs<I>): Promise<O> => {
      witness.begun(step, args)
      const output = await body(args)
      await witness.ending(step)
      return output
    })
  return {
    inventory: watched('inventory', ({ input }: EffectArgs<{ directory: string }>) => takeInventory(input)),
    licences: watched('licences', ({ input }: EffectArgs<PackagesInput>) => findLicences(input)),
    scripts: watched('scripts', ({ input }: EffectArgs<PackagesInput>) => findScripts(input)),
    ages: watched('ages', ({ input }: EffectArgs<PackagesInput>) => findAges(input)),
    sizes: watched('sizes', ({ input, signal }: EffectArgs<PackagesInput>) => measureSizes(input, { signal })),
    duplicates: watched('duplicates', ({ input }: EffectArgs<PackagesInput>) => findDuplicates(input)),
    provenance: watched('provenance', ({ input }: EffectArgs<PackagesInput>) => findProvenance(input)),
    decision: watched('decision', ({ input }: EffectArgs<Findings>) => propose(input)),
    summary: watched('summary', ({ input, key, signal, progress }: EffectArgs<SummaryInput>) =>
      writeSummary(input, {
        key,
        signal,
        onToken(token) {
          progress({ token })
          witness.token?.(token)
        },
      }),
    ),
    report: watched('report', ({ input }: EffectArgs<Parameters<typeof writeReport>[0]>) => writeReport(input)),
  }
}
