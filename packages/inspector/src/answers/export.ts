/** An agent as an exported file, and as a test that holds such a file. Values of secret fields stand in neither. */
import { exportStreams } from '@refold/core/history'
import type { AgentHistory, HistorySource } from '@refold/core/history'
import { RefoldError } from '@refold/core/record'
import type { JsonValue } from '@refold/core/record'

/** Its lines, with the charts. Throws as `exportStreams` does. */
export function exportedLines(source: HistorySource, stream: string): AsyncIterable<string> {
  return exportStreams(source, [stream], { charts: true, redact: true })
}

/** The same source, in which a stream ends with a revision. */
function cutAt(source: HistorySource, stream: string, last: number): HistorySource {
  return {
    async *read(name, options) {
      for await (const page of source.read(name, options)) {
        const kept = name === stream ? page.filter(({ revision }) => Number(revision) <= last) : page
        if (kept.length > 0) yield kept
        if (kept.length < page.length) return
      }
    },
  }
}

/** Of a test, in characters. */
const LONGEST = 4 * 1024 * 1024
const CONFIG = './refold.config.js'

export interface TestOptions {
  /** The last record of it. */
  readonly at: number
  /** The module whose default export has the definitions, as the test imports it. Default: `./refold.config.js`. */
  readonly config?: string | undefined
  /** Its records are encoded: the module has the codecs too. */
  readonly isEncoded?: boolean
}

/** Rejects with `TOO_LARGE` for what no one would keep in a file of tests. */
export async function testOf(
  source: HistorySource,
  history: AgentHistory,
  { at, config = CONFIG, isEncoded = false }: TestOptions,
): Promise<string> {
  const { status, active, context, document } = await history.at(at)
  const lines: string[] = []
  let length = 0
  for await (const line of exportedLines(cutAt(source, history.stream, at), history.stream)) {
    length += line.length
    if (length > LONGEST) throw tooLong(history.stream)
    lines.push(line)
  }
  const { definition, version } = document.agent
  const expected = { status, active, context }
  const decidedBy = `${definition}@${version}`
  return textOf({ agent: history.stream, at, config, isEncoded, decidedBy, expected, lines })
}

interface TestParts {
  readonly agent: string
  readonly at: number
  readonly config: string
  readonly isEncoded: boolean
  readonly decidedBy: string
  readonly expected: JsonValue
  readonly lines: readonly string[]
}

function textOf({ agent, at, config, isEncoded, decidedBy, expected, lines }: TestParts): string {
  const codecs = isEncoded ? ', codecs: config.codecs' : ''
  const opened = '  const history = await openExport(new Blob([EXPORTED.join("\\n")]))'
  return [
    `// What ${printed(decidedBy)} decided up to record ${at}, without the values of secret fields: where its code needs them, it decides otherwise.`,
    'import { verifyHistory } from "@refold/core"',
    'import { openExport, readState } from "@refold/core/history"',
    'import { expect, test } from "vitest"',
    `import config from ${literal(config)} // its \`agents\` are the definitions`,
    '',
    `const AGENT = ${literal(agent)}`,
    `const AT = ${at}`,
    '',
    `test(${literal(`${agent} decides its records up to ${at} as it did`)}, async () => {`,
    opened,
    `  const { differences, trouble, decided } = await verifyHistory(history, AGENT, { agents: config.agents${codecs} })`,
    '  expect(trouble).toBeUndefined()',
    '  expect(differences).toEqual([])',
    '  expect(decided).toBeGreaterThan(0)',
    '})',
    '',
    `test(${literal(`what ${agent} was after record ${at}`)}, async () => {`,
    opened,
    `  const { status, active, context } = await readState(history, AGENT, { at: AT${codecs} })`,
    `  expect({ status, active, context }).toEqual(${literal(expected, 2).replaceAll('\n', '\n  ')})`,
    '})',
    '',
    'const EXPORTED = [',
    ...lines.map((line) => `  ${literal(line.trimEnd())},`),
    '  "",',
    ']',
    '',
  ].join('\n')
}

/** As source text: nothing in it ends the literal, or a line. */
function literal(value: JsonValue, space?: number): string {
  return JSON.stringify(value, undefined, space).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** In a comment of one line. */
function printed(text: string): string {
  return text.replaceAll(/[^\w@.-]/g, '_')
}

function tooLong(stream: string): RefoldError {
  return new RefoldError('TOO_LARGE', `the history of ${stream} is too long for a file of tests`, {
    hint: 'Take an earlier point, or export it and open the file in the test: openExport(await openAsBlob(file)).',
  })
}
