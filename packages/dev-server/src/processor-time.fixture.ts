/** Milliseconds of a processor that this process has used: a measure of work that a busy machine does not stretch. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
