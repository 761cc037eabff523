/** The decision: asked of a person where there is a terminal, else taken from the policy. */
import { createInterface } from 'node:readline/promises'
import type { Decision, Proposal } from './findings.js'

/** Somebody who decides. Rejects when the signal aborts. */
export type Decider = (proposal: Proposal, options: { signal: AbortSignal }) => Promise<Decision>

/** Does what the policy proposes. */
export const policyDecider: Decider = async ({ verdict }) => ({ verdict, by: 'the policy' })

/** Asks until the answer is one; an empty one means the proposal. Ctrl-C is handed on. */
export const personDecider: Decider = async ({ verdict, concerns }, { signal }) => {
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  asking.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    for (const { isSevere, text } of concerns) console.log(`  ${isSevere ? '! ' : '- '}${text}`)
    for (;;) {
      const answer = (
        await asking.question(`accept these dependencies? [y/n, Enter for the policy's '${verdict}'] `, { signal })
      )
        .trim()
        .toLowerCase()
      if (answer === '') return { verdict, by: 'a person, who agreed with the policy' }
      if (/^(y|yes|accept)$/.test(answer)) return { verdict: 'accept', by: 'a person' }
      if (/^(n|no|reject)$/.test(answer)) return { verdict: 'reject', by: 'a person' }
    }
  } finally {
    asking.close()
  }
}
