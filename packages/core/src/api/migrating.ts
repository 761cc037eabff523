/** Moving an agent to another version of its definition. */
import type { DefinitionInternals } from '../definition/internals.js'
import { streamOf } from '../definition/agent-address.js'
import type { MigrateOptions } from '../public/runtime.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { notesOf } from './agent-options.js'
import { checkMigrateOptions } from './check-options.js'
import { refuseWhilePerformed } from './version-refusals.js'

/** The cell that decides for it from now on. */
export async function migrated(
  { cells, owners, worker }: WorkerRuntime,
  { definition, id, options }: { definition: DefinitionInternals; id: string; options: MigrateOptions },
): Promise<AgentCell> {
  checkMigrateOptions(options)
  const notes = notesOf(options)
  const cell = await cells.mover(streamOf(definition.name, id), definition)
  const { state } = cell
  const { patch = [], beginMissing = false } = options
  const input = {
    kind: 'migrated',
    from: state?.agent.version ?? 0,
    patch,
    ...(beginMissing ? { beginsMissing: true } : undefined),
  } as const
  try {
    if (state !== undefined) await refuseWhilePerformed(cell.stream, { state, owners, worker })
    await cell.submit({ input, worker, ...notes })
  } finally {
    // Still arriving: nothing was submitted to it. Who loads the agent would wait for it for ever.
    if (cells.isStarting(cell) || cell.state?.agent.version !== definition.version) cells.evict(cell)
  }
  return cell
}
