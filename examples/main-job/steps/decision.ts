/** Step 8: what speaks against these dependencies, and what the policy proposes. A person may decide otherwise. */
import type { Findings, Proposal } from '../findings.js'

type Concern = Proposal['concerns'][number]

/** The policy: anything severe is a reason to reject. */
export function propose(findings: Findings): Proposal {
  const { licences, scripts, provenance, inventory } = findings
  const concerns = [
    ...severe(provenance.lockfile === null ? ['no lock file'] : [], 'nothing says which versions belong here'),
    ...severe(provenance.fromGit, 'from git: what a branch holds can change'),
    ...severe(provenance.withoutIntegrity, 'in the lock file without a hash'),
    ...severe(provenance.otherVersion, 'installed in another version than locked'),
    ...severe(licences.copyleft, 'under a copyleft licence'),
    ...minor(provenance.lockfile === null ? [] : provenance.notInLockfile, 'installed, but not in the lock file'),
    ...minor(provenance.weakIntegrity, 'with a weak hash (not SHA-2)'),
    ...minor(licences.unknown, 'without a known licence'),
    ...minor(
      scripts.packages.map(({ id }) => id),
      'with install scripts',
    ),
    ...minor(inventory.unreadable, 'without a readable package.json'),
  ]
  return { verdict: concerns.some(({ isSevere }) => isSevere) ? 'reject' : 'accept', concerns }
}

function severe(ids: readonly string[], what: string): Concern[] {
  return concern(ids, { what, isSevere: true })
}

function minor(ids: readonly string[], what: string): Concern[] {
  return concern(ids, { what, isSevere: false })
}

function concern(ids: readonly string[], { what, isSevere }: { what: string; isSevere: boolean }): Concern[] {
  if (ids.length === 0) return []
  const named = ids.slice(0, 3).join(', ')
  return [{ isSevere, text: `${ids.length} ${what}: ${named}${ids.length > 3 ? ', …' : ''}` }]
}
