/** What the figures were measured on, in a line for each thing that changes them. */
import { cpus, loadavg, release, totalmem, type as systemName } from 'node:os'

export function machineLines(): readonly string[] {
  const processors = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${systemName()} ${release()}, ${process.arch}`,
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${gigabytes} GB of memory`,
    `load of the machine before the run: ${(loadavg()[0] ?? 0).toFixed(2)}`,
  ]
}
