/** The decision: asked of a person where there is a terminal, else taken from the policy. */
import { createInterface } from 'node:readline/promises'
import type { Interface } from 'node:readline/promises'
import type { Decision, Proposal } from './findings.js'

/** Someone who decides. Rejects when the signal aborts. */
export type Decider = (proposal: Proposal, options: { signal: AbortSignal }) => Promise<Decision>

/** Does what the policy proposes. */
export const policyDecider: Decider = async ({ verdict }) => ({ verdict, by: 'the policy' })

/** A terminal, and what its Ctrl-C means. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly onInterrupt: () => void
}

/** Asks until there is an answer; an empty one, or the end of the input, means the proposal. */
export function personAt({ input, output, onInterrupt }: Terminal): Decider {
  return (proposal, { signal }) => {
    for (const { isSevere, text } of proposal.concerns) output.write(`  ${isSevere ? '! ' : '- '}${text}\n`)
    const asking = createInterface({ input, output, signal })
    asking.on('SIGINT', onInterrupt)
    return ask(asking, proposal, signal)
  }
}

async function ask(asking: Interface, { verdict }: Proposal, signal: AbortSignal): Promise<Decision> {
  let isOver = false
  asking.once('close', () => (isOver = true))
  asking.setPrompt(`accept these dependencies? [y/n, Enter for the policy's '${verdict}'] `)
  asking.prompt()
  try {
    for await (const line of asking) {
      const answer = line.trim().toLowerCase()
      if (answer === '') return { verdict, by: 'a person, who agreed with the policy' }
      if (/^(y|yes|accept)$/.test(answer)) return { verdict: 'accept', by: 'a person' }
      if (/^(n|no|reject)$/.test(answer)) return { verdict: 'reject', by: 'a person' }
      if (!isOver) asking.prompt() // lines that were typed before the end are still answered
    }
  } finally {
    asking.close()
  }
  signal.throwIfAborted()
  return { verdict, by: 'the policy, as no one answered' }
}
