/** Step 9: a paragraph that says it all: by a model, if an endpoint was given, else from a template. */
import { chat } from '../../05-tool-calling-chat-agent/openai-client.js'
import { countInstalled } from '../findings.js'
import type { Decision, Findings, Proposal, Summary } from '../findings.js'
import { asSize } from '../numbers.js'

/** Where the model is. The key's value is never stored, only the name of the variable that holds it. */
export interface Llm {
  readonly url: string
  readonly model: string
  readonly keyVariable: string
}

/** What is summarised, and by whom. */
export interface SummaryInput {
  llm: Llm | null
  findings: Findings
  proposal: Proposal
  decision: Decision
}

/** What a call of a model is given beside the input. */
export interface CallOptions {
  readonly key: string
  readonly signal: AbortSignal
  readonly onToken: (token: string) => void
}

/** Throws when the endpoint does. */
export async function writeSummary(input: SummaryInput, { key, signal, onToken }: CallOptions): Promise<Summary> {
  const { llm } = input
  if (llm === null) return { text: summaryFromTemplate(input), by: 'template', promptTokens: 0, completionTokens: 0 }
  const facts = JSON.stringify(factsFor(input))
  const { message, promptTokens, completionTokens } = await chat(
    { url: llm.url, model: llm.model, apiKey: process.env[llm.keyVariable] },
    {
      key,
      signal,
      onToken,
      messages: [
        {
          role: 'system',
          content: 'You summarise reviews of software dependencies: one paragraph, plain words, no list, facts only.',
        },
        { role: 'user', content: facts },
      ],
    },
  )
  return { text: (message.content ?? '').trim(), by: llm.model, promptTokens, completionTokens }
}

/** The summary that needs no one. */
export function summaryFromTemplate({ findings, proposal, decision }: Omit<SummaryInput, 'llm'>): string {
  const { inventory, licences, sizes, duplicates } = findings
  const severe = proposal.concerns.filter(({ isSevere }) => isSevere).length
  const [commonest] = licences.groups
  return [
    `${inventory.project} has ${countInstalled(inventory)} packages installed, which take ${asSize(sizes.bytes)} in ${sizes.files} files.`,
    commonest === undefined ? '' : `The commonest licence is ${commonest.licence} (${commonest.count}).`,
    `${duplicates.packages.length} packages are installed more than once.`,
    `Concerns: ${severe} severe, ${proposal.concerns.length - severe} other; the verdict is '${decision.verdict}', by ${decision.by}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

/** Counts and names, not the whole inventory: a model is paid by the token. */
function factsFor({ findings, proposal, decision }: SummaryInput): object {
  const { inventory, licences, sizes, duplicates, ages, provenance } = findings
  return {
    project: inventory.project,
    packages: countInstalled(inventory),
    licences: licences.groups,
    size: asSize(sizes.bytes),
    largest: sizes.largest.slice(0, 3),
    duplicates: duplicates.packages.slice(0, 5),
    oldest: ages.known.slice(0, 3),
    sources: provenance.sources,
    concerns: proposal.concerns,
    decision,
  }
}
