/** The name of a definition, as the command line gives it to what reads a store alone. */
import { nearestName } from '@refold/core/history'
import { printable, RefoldError } from '@refold/core/store'
import type { Store } from '@refold/core/store'

/** To be asked where nothing was found. Throws `NOT_FOUND`, with a name that is near, where no agent of the store is of the definition. */
export async function assertDefinition(store: Pick<Store, 'directory'>, name: string): Promise<void> {
  const { directory } = store
  for await (const page of directory.find({ definition: name, limit: 1 })) if (page.length > 0) return
  throw new RefoldError('NOT_FOUND', `the store has no agent of the definition ${JSON.stringify(name)}`, {
    hint: printable(await hintFor(directory, name)),
  })
}

async function hintFor(directory: Store['directory'], name: string): Promise<string> {
  if ((await directory.get(name)) !== undefined) return `It is an agent: \`refold show ${name}\`.`
  const known = new Set<string>()
  for await (const page of directory.find()) for (const { definition } of page) known.add(definition)
  const near = nearestName(name, [...known])
  if (near !== undefined) return `Did you mean ${near}?`
  return known.size === 0 ? 'There are no agents.' : `There are agents of ${[...known].toSorted().join(', ')}.`
}
