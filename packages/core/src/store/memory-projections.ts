/** Documents of projections in memory: the readable explanation of what a store that keeps them promises. */
import type { JsonValue } from '../json/json-value.js'
import { compareUtf8 } from './compare-utf8.js'
import type { BuildChange, BuildName, ProjectionBuild, Projections } from './projection-port.js'

/** A build, and its documents as JSON text by key. */
interface MemoryBuild {
  build: ProjectionBuild
  readonly documents: Map<string, string>
}

/** By the name of the build. */
export type MemoryBuilds = Map<string, MemoryBuild>

const PAGE_ENTRIES = 500

/** A commit takes effect inside the call: nothing comes between the comparison and the change. */
export function memoryProjections({
  log,
  assertOpen,
}: {
  readonly log: { readonly builds: MemoryBuilds }
  readonly assertOpen: () => void
}): Projections {
  const { builds } = log
  return {
    builds: async (projection) => {
      assertOpen()
      const found = [...builds.values()].map(({ build }) => build)
      return found.filter((build) => projection === undefined || build.projection === projection).toSorted(byName)
    },
    commit: async (changes) => {
      assertOpen()
      const isExpected = changes.every(
        ({ build, expected }) => (builds.get(nameOf(build))?.build.revision ?? 0) === expected,
      )
      if (isExpected) for (const change of changes) apply(builds, change)
      return isExpected
    },
    get: async (build, keys) => {
      assertOpen()
      return new Map(parsed(documentsOf(builds, build), keys))
    },
    async *entries(build, { after, limit = Infinity } = {}) {
      assertOpen()
      const documents = documentsOf(builds, build)
      const keys = [...documents.keys()].filter((key) => after === undefined || compareUtf8(key, after) > 0)
      const wanted = keys.toSorted(compareUtf8).slice(0, limit)
      for (let at = 0; at < wanted.length; at += PAGE_ENTRIES)
        yield parsed(documents, wanted.slice(at, at + PAGE_ENTRIES))
    },
    remove: async (build) => {
      assertOpen()
      builds.delete(nameOf(build))
    },
  }
}

function documentsOf(builds: MemoryBuilds, build: BuildName): ReadonlyMap<string, string> {
  return builds.get(nameOf(build))?.documents ?? new Map<string, string>()
}

function parsed(documents: ReadonlyMap<string, string>, keys: readonly string[]): [string, JsonValue][] {
  return keys.flatMap((key) => {
    const text = documents.get(key)
    return text === undefined ? [] : [[key, JSON.parse(text) as JsonValue] as [string, JsonValue]]
  })
}

function apply(builds: MemoryBuilds, { build, documents }: BuildChange): void {
  const found = builds.get(nameOf(build)) ?? { build, documents: new Map<string, string>() }
  found.build = JSON.parse(JSON.stringify(build)) as ProjectionBuild
  builds.set(nameOf(build), found)
  for (const [key, document] of documents ?? []) {
    if (document === undefined) found.documents.delete(key)
    else found.documents.set(key, JSON.stringify(document))
  }
}

function nameOf({ projection, version, generation }: BuildName): string {
  return `${projection}@${version}.${generation}`
}

function byName(one: ProjectionBuild, other: ProjectionBuild): number {
  if (one.projection !== other.projection) return one.projection < other.projection ? -1 : 1
  return one.version - other.version || one.generation - other.generation
}
