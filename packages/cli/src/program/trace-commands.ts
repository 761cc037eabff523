/** Commands that show agents to tools of OpenTelemetry. */
import type { Command } from 'commander'
import { print } from '../output.js'
import { common } from './options.js'

export function addTraceCommands(program: Command): void {
  const trace = program.command('trace').description('an agent as spans of OpenTelemetry')
  common(trace.command('export'))
    .description('write what an agent has done as OTLP JSON: to a collector, a file, or the standard output')
    .argument('<agent>', '<definition>-<id>')
    .option('--otlp <url>', 'a collector: http://localhost:4318 (headers: OTEL_EXPORTER_OTLP_HEADERS)')
    .option('--file <file>', 'a file, one request a line')
    .action(async (agent, options) => (await import('../commands/trace.js')).exportTrace(agent, options, print))
}
