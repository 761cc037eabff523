/** The inspector of a fleet: the process that `InspectorSlot` forks. What ends it harms no worker. */
import { isRefoldError, printableLines } from '@refold/core/store'
import type { Inspector } from '@refold/inspector'
import { openInspector } from '../commands/inspect.js'
import { EXIT, exitCodeOf } from '../exit-codes.js'
import type { FromInspector, InspectorOrder } from './inspector-messages.js'
import { watchForOrphanhood } from './orphan-watch.js'
import { isStoreTrouble } from './store-trouble.js'

/** Of an orphan whose event loop is blocked by the project's code. */
const SILENT_ORPHAN_MS = 3_500

let inspector: Promise<Inspector> | undefined

process.on('message', (order: InspectorOrder) => void (inspector ??= open(order)))
process.on('disconnect', () => void close())
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void close())
// Ctrl-C reaches every process of the terminal; the supervisor says what it means.
process.on('SIGINT', () => {})
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
watchForOrphanhood({ silentMs: SILENT_ORPHAN_MS })

function tell(message: FromInspector): void {
  if (process.connected) process.send?.({ refold: message }, undefined, undefined, () => {})
}

async function open(order: InspectorOrder): Promise<Inspector> {
  try {
    const { inspector: opened } = await openInspector(undefined, { ...order, json: false })
    tell({ kind: 'serving', url: opened.url })
    return opened
  } catch (error) {
    const code = isRefoldError(error) ? error.code : 'INVARIANT'
    const message = error instanceof Error ? error.message : String(error)
    if (isStoreTrouble(error)) console.error(printableLines(`refold: error: ${message}`))
    else tell({ kind: 'failed', code, message })
    if (!isRefoldError(error)) console.error(printableLines(error instanceof Error ? (error.stack ?? '') : message))
    process.exitCode = exitCodeOf(error)
    if (process.connected) process.disconnect() // what was told is sent first
    return new Promise(() => process.exit())
  }
}

async function close(): Promise<void> {
  await (await inspector)?.close()
  process.exit(EXIT.ok)
}
