/** What the steps of a review find. All of it is plain JSON: it stands in records and in the agent's context. */

/** The ten steps, in the order of their numbers. */
export const STEPS = [
  'inventory',
  'licences',
  'scripts',
  'ages',
  'sizes',
  'duplicates',
  'provenance',
  'decision',
  'summary',
  'report',
] as const
/** One of them. */
export type StepName = (typeof STEPS)[number]

/** One installed package; `path` is relative to the reviewed directory. */
export interface InstalledPackage {
  readonly path: string
  readonly name: string
  readonly version: string
  /** A workspace or a local link: a symbolic link in node_modules. */
  readonly isLink: boolean
}

/** What step 1 finds. */
export interface Inventory {
  readonly project: string
  readonly packages: readonly InstalledPackage[]
  /** Directories in node_modules whose package.json cannot be read. */
  readonly unreadable: readonly string[]
}

/** What step 2 finds. */
export interface Licences {
  /** Largest group first. */
  readonly groups: readonly { readonly licence: string; readonly count: number }[]
  readonly copyleft: readonly string[]
  readonly unknown: readonly string[]
}

/** What step 3 finds. */
export interface Scripts {
  readonly packages: readonly { readonly id: string; readonly scripts: readonly string[] }[]
}

/** What step 4 finds. */
export interface Ages {
  /** Oldest first; the day is the one that the package's own change log gives for its version. */
  readonly known: readonly { readonly id: string; readonly day: string }[]
  readonly unknown: number
}

/** What step 5 finds. */
export interface Sizes {
  readonly bytes: number
  readonly files: number
  readonly largest: readonly { readonly id: string; readonly bytes: number; readonly files: number }[]
}

/** What step 6 finds. */
export interface Duplicates {
  readonly packages: readonly { readonly name: string; readonly versions: readonly string[]; readonly copies: number }[]
}

/** What step 7 finds. */
export interface Provenance {
  readonly lockfile: string | null
  readonly withIntegrity: number
  readonly withoutIntegrity: readonly string[]
  readonly weakIntegrity: readonly string[]
  /** Where the lock file says that packages come from: a host, or `not named`, `git`, `file`. */
  readonly sources: readonly { readonly source: string; readonly count: number }[]
  readonly fromGit: readonly string[]
  readonly notInLockfile: readonly string[]
  readonly otherVersion: readonly string[]
}

/** What the first seven steps found. */
export interface Findings {
  readonly inventory: Inventory
  readonly licences: Licences
  readonly scripts: Scripts
  readonly ages: Ages
  readonly sizes: Sizes
  readonly duplicates: Duplicates
  readonly provenance: Provenance
}

/** What speaks against accepting, and what the policy would do. */
export interface Proposal {
  readonly verdict: Verdict
  readonly concerns: readonly { readonly isSevere: boolean; readonly text: string }[]
}
/** Both words that a decision can be. */
export type Verdict = 'accept' | 'reject'
/** Who decided what. */
export interface Decision {
  readonly verdict: Verdict
  readonly by: string
}

/** The paragraph at the head of the report, and what it cost in tokens. */
export interface Summary {
  readonly text: string
  /** `template`, or the model's name. */
  readonly by: string
  readonly promptTokens: number
  readonly completionTokens: number
}

/** `name@version`, as people write it. */
export function idOf({ name, version }: InstalledPackage): string {
  return `${name}@${version}`
}

/** Links are the project's own packages. */
export function countInstalled({ packages }: Inventory): number {
  return packages.filter(({ isLink }) => !isLink).length
}
