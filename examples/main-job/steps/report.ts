/** Step 10: the report as Markdown, in a file. The same review writes the same file, however often this runs. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { countInstalled } from '../findings.js'
import type { Decision, Findings, Proposal, Summary } from '../findings.js'
import { asSize } from '../numbers.js'

/** Everything that stands in the report. */
export interface ReportInput {
  file: string
  /** The day of the review, as it stands in the report. */
  day: string
  findings: Findings
  proposal: Proposal
  decision: Decision
  summary: Summary
}

/** Writes beside the file first: a crash leaves the old report or the new one, never half of it. */
export async function writeReport(input: ReportInput): Promise<{ file: string; bytes: number }> {
  const text = reportOf(input)
  await mkdir(dirname(input.file), { recursive: true })
  await writeFile(`${input.file}.part`, text)
  await rename(`${input.file}.part`, input.file)
  return { file: input.file, bytes: Buffer.byteLength(text) }
}

/** The report's text. */
export function reportOf({ day, findings, proposal, decision, summary }: Omit<ReportInput, 'file'>): string {
  const { inventory } = findings
  const head = [
    `# Dependencies of ${inventory.project}`,
    '',
    `Reviewed on ${day}; ${countInstalled(inventory)} packages installed.`,
    '',
    summary.text,
    '',
    `(Summary by ${summary.by}.)`,
    '',
  ]
  const decided = `Decided by ${decision.by}; the policy proposed '${proposal.verdict}'.`
  const sections: readonly Section[] = [
    [`Verdict: ${decision.verdict}`, [decided, '', ...concernLines(proposal)]],
    ...findingsSections(findings),
  ]
  return [...head, ...sections.flatMap(([title, lines]) => [`## ${title}`, '', ...lines, ''])].join('\n')
}

type Section = readonly [title: string, lines: readonly string[]]

function findingsSections({ licences, scripts, ages, sizes, duplicates, provenance }: Findings): readonly Section[] {
  const groups = licences.groups.map(({ licence, count }) => [licence, count])
  const withScripts = scripts.packages.map(({ id, scripts: names }) => [id, names.join(', ')])
  const largest = sizes.largest.map(({ id, bytes, files }) => [id, asSize(bytes), files])
  const copies = duplicates.packages.map(({ name, copies: count, versions }) => [name, count, versions.join(', ')])
  const size = `${asSize(sizes.bytes)} in ${sizes.files} files. The largest:`
  return [
    ['Licences', table(['licence', 'packages'], groups)],
    ['Install scripts', table(['package', 'scripts'], withScripts)],
    ['Size on disk', [size, '', ...table(['package', 'size', 'files'], largest)]],
    ['Installed more than once', table(['package', 'copies', 'versions'], copies)],
    ['Provenance', provenanceLines(provenance)],
    ['Age', ageLines(ages)],
  ]
}

function concernLines({ concerns }: Proposal): string[] {
  if (concerns.length === 0) return ['No concerns.']
  return concerns.map(({ isSevere, text }) => `- ${isSevere ? '**severe** ' : ''}${text}`)
}

function provenanceLines(provenance: Findings['provenance']): string[] {
  if (provenance.lockfile === null) return ["There is no lock file of npm's (package-lock.json, npm-shrinkwrap.json)."]
  return [
    `${provenance.lockfile} has a hash for ${provenance.withIntegrity} packages, none for ${provenance.withoutIntegrity.length}; ${provenance.notInLockfile.length} installed packages are not in it.`,
    '',
    ...table(
      ['source', 'packages'],
      provenance.sources.map(({ source, count }) => [source, count]),
    ),
  ]
}

function ageLines({ known, unknown }: Findings['ages']): string[] {
  const what =
    "Known only where a package's own change log gives the day of its version: file times tell when it was installed, not when it was published."
  return [
    `${what} Known for ${known.length}, unknown for ${unknown}.`,
    '',
    ...table(
      ['oldest', 'day'],
      known.slice(0, 10).map(({ id, day }) => [id, day]),
    ),
  ]
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return ['None.']
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)]
}
