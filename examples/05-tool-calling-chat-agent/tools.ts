/** The tools of the agent: what the model is told of them, and what they do. */
import { z } from 'zod'
import type { ToolDescription } from './openai-client.js'

interface Tool {
  readonly description: string
  readonly run: (text: string) => Promise<string>
  readonly parameters: object
}

const TOOLS: Readonly<Record<string, Tool>> = {
  add: tool('Adds two numbers.', z.object({ a: z.number(), b: z.number() }), async ({ a, b }) => String(a + b)),
  time_in: tool('The time of day in an IANA time zone.', z.object({ zone: z.string() }), async ({ zone }) =>
    new Date().toLocaleTimeString('en-GB', { timeZone: zone }),
  ),
}

/** What the model is told. */
export const toolDescriptions: readonly ToolDescription[] = Object.entries(TOOLS).map(
  ([name, { description, parameters }]) => ({ type: 'function', function: { name, description, parameters } }),
)

/** Runs a tool with the arguments that a model wrote. Throws when there is no such tool or they do not fit. */
export async function runTool(name: string, text: string): Promise<string> {
  const found = TOOLS[name]
  if (found === undefined) throw new Error(`there is no tool '${name}'; there are: ${Object.keys(TOOLS).join(', ')}`)
  return found.run(text)
}

function tool<S extends z.ZodType>(description: string, schema: S, run: (args: z.output<S>) => Promise<string>): Tool {
  return { description, parameters: z.toJSONSchema(schema), run: async (text) => run(schema.parse(JSON.parse(text))) }
}
