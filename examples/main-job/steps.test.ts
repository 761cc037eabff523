import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { tempFile } from '../temp-file.fixture.js'
import type { Findings, InstalledPackage } from './findings.js'
import { writeProject } from './project.fixture.js'
import { dayOf, findAges } from './steps/ages.js'
import { propose } from './steps/decision.js'
import { findDuplicates } from './steps/duplicates.js'
import { takeInventory } from './steps/inventory.js'
import { findLicences } from './steps/licences.js'
import { findProvenance } from './steps/provenance.js'
import { reportOf, writeReport } from './steps/report.js'
import { findScripts } from './steps/scripts.js'
import { measureSizes } from './steps/sizes.js'
import { summaryFromTemplate } from './steps/summary.js'

const { signal } = new AbortController()
let directory: string
let packages: readonly InstalledPackage[]

beforeEach(async () => {
  directory = writeProject(tempFile('small'))
  packages = (await takeInventory({ directory })).packages
})

async function findingsHere(): Promise<Findings> {
  const [inventory, licences, scripts, ages, sizes, provenance] = await Promise.all([
    takeInventory({ directory }),
    findLicences({ directory, packages }),
    findScripts({ directory, packages }),
    findAges({ directory, packages }),
    measureSizes({ directory, packages }, { signal }),
    findProvenance({ directory, packages }),
  ])
  return { inventory, licences, scripts, ages, sizes, provenance, duplicates: findDuplicates({ packages }) }
}

it('finds nested, scoped and linked packages, and those that it cannot read', async () => {
  const { project, unreadable } = await takeInventory({ directory })
  expect({ project, unreadable }).toEqual({ project: 'small', unreadable: ['node_modules/broken'] })
  expect(packages.map(({ path, isLink }) => `${path}${isLink ? ' →' : ''}`)).toEqual([
    'node_modules/@scope/native',
    'node_modules/compiled',
    'node_modules/compiled/node_modules/plain',
    'node_modules/free',
    'node_modules/own →',
    'node_modules/plain',
    'node_modules/silent',
  ])
})

it('reads licences from manifests, old ones too, and from texts', async () => {
  const { groups, copyleft, unknown } = await findLicences({ directory, packages })
  expect(groups.map(({ licence }) => licence).toSorted()).toEqual([
    'AGPL-3.0-only',
    'Apache-2.0',
    'ISC OR GPL-3.0',
    'MIT',
    'MIT (by its text)',
    'unknown',
  ])
  expect({ copyleft, unknown }).toEqual({ copyleft: ['free@1.0.0 (AGPL-3.0-only)'], unknown: ['silent@1.0.0'] })
})

it('finds what runs at installation, also what npm compiles without being told', async () => {
  expect((await findScripts({ directory, packages })).packages).toEqual([
    { id: '@scope/native@0.1.0', scripts: ['install'] },
    { id: 'compiled@3.0.0', scripts: ['binding.gyp'] },
  ])
})

it('knows an age only from a change log', async () => {
  expect(await findAges({ directory, packages })).toEqual({
    known: [{ id: 'plain@1.2.3', day: '2019-05-06' }],
    unknown: 5,
  })
})

it.each([
  ['## 1.2.3 (2024-05-06)', '2024-05-06'],
  ['## [1.2.3](https://x/compare/v1.2.2...v1.2.3) (2024-05-06)', '2024-05-06'],
  ['v1.2.3 / 2024-05-06', '2024-05-06'],
  ['## 1.2.30 (2024-05-06)', undefined],
  ['## 1.2.3', undefined],
  ['## 1.2.3 (2024-99-99)', undefined],
])('reads the day of version 1.2.3 from "%s": %s', (line, day) => {
  expect(dayOf('1.2.3', `# Log\n\n${line}\n`)).toBe(day)
})

it('counts each file once, in the package that it belongs to', async () => {
  const { largest, files } = await measureSizes({ directory, packages }, { signal })
  expect(largest[0]).toMatchObject({ id: 'plain@1.2.3', files: 3 })
  expect(largest[0]?.bytes).toBeGreaterThan(1_000)
  expect(files).toBe(10)
})

it('stops measuring when it is aborted', async () => {
  await expect(measureSizes({ directory, packages }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
})

it('finds what is installed twice', () => {
  expect(findDuplicates({ packages }).packages).toEqual([{ name: 'plain', versions: ['1.0.0', '1.2.3'], copies: 2 }])
})

it('says where packages come from by the lock file, and where it and the disk differ', async () => {
  expect(await findProvenance({ directory, packages })).toEqual({
    lockfile: 'package-lock.json',
    withIntegrity: 3,
    withoutIntegrity: ['free@1.0.0'],
    weakIntegrity: ['@scope/native@0.1.0'],
    sources: [
      { source: 'registry.example', count: 3 },
      { source: 'git', count: 1 },
      { source: 'not named', count: 1 },
    ],
    fromGit: ['compiled@3.0.0'],
    notInLockfile: ['silent@1.0.0'],
    otherVersion: ['@scope/native@0.1.0 (locked: 0.2.0)'],
  })
})

it('proposes to reject what is severe, and names it', async () => {
  const proposal = propose(await findingsHere())
  expect(proposal.verdict).toBe('reject')
  expect(proposal.concerns.filter(({ isSevere }) => isSevere).map(({ text }) => text)).toEqual([
    '1 from git: what a branch holds can change: compiled@3.0.0',
    '1 in the lock file without a hash: free@1.0.0',
    '1 installed in another version than locked: @scope/native@0.1.0 (locked: 0.2.0)',
    '1 under a copyleft licence: free@1.0.0 (AGPL-3.0-only)',
  ])
})

it('writes the whole report or none, the same for the same findings', async () => {
  const findings = await findingsHere()
  const proposal = propose(findings)
  const decision = { verdict: 'reject', by: 'ana' } as const
  const summary = {
    text: summaryFromTemplate({ findings, proposal, decision }),
    by: 'template',
    promptTokens: 0,
    completionTokens: 0,
  }
  const file = join(dirname(directory), 'deep', 'report.md')
  const input = { file, day: '2026-01-02', findings, proposal, decision, summary }
  await writeReport(input)
  await writeReport(input)
  expect(readFileSync(file, 'utf8')).toBe(reportOf(input))
  expect(reportOf(input)).toContain('| plain | 2 | 1.0.0, 1.2.3 |')
  expect(reportOf(input)).toContain('small has 6 packages installed')
})
