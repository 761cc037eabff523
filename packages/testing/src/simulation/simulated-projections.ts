/** Documents of projections as a simulated process reaches them: each call takes time, may fail, and ends with its process. */
import type { BuildName, Projections } from '@refold/core/store'
import type { StoreOperation } from './faults.js'

interface Asked {
  readonly operation: StoreOperation
  readonly target: string
}

/** How a connection calls its store. */
export interface Calls {
  readonly call: <T>(call: Asked & { readonly execute: () => Promise<T> }) => Promise<T>
  readonly pages: <T>(pages: AsyncIterable<T>, asked: Asked) => AsyncIterable<T>
}

/** The target of its calls is the projection's name. */
export function simulatedProjections(projections: Projections, { call, pages }: Calls): Projections {
  const look = ({ projection }: Pick<BuildName, 'projection'>) => ({ operation: 'look', target: projection }) as const
  const commit = (target: string) => ({ operation: 'commit', target }) as const
  return {
    builds: (projection) =>
      call({ ...look({ projection: projection ?? 'projections' }), execute: () => projections.builds(projection) }),
    commit: (changes) => {
      const target = changes[0]?.build.projection ?? 'projections'
      return call({ ...commit(target), execute: () => projections.commit(changes) })
    },
    get: (build, keys) => call({ ...look(build), execute: () => projections.get(build, keys) }),
    entries: (build, options) => pages(projections.entries(build, options), look(build)),
    remove: (build) => call({ ...commit(build.projection), execute: () => projections.remove(build) }),
  }
}
