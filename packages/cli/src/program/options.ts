/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander'

/** Of every command. */
export function common(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .option('-c, --config <file>', 'configuration (default: refold.config.js, .mjs, .ts or .mts here)')
    .addOption(
      new Option('-s, --store <file>', 'SQLite file or esdb:// address, in place of the configured store').env(
        'REFOLD_STORE',
      ),
    )
    .option('--json', 'JSON on the standard output', false)
}

/** Of a command that shows records or states. */
export function hiding(command: Command): Command {
  return common(command).option('--show-secrets', 'also what the schemas say is secret (.meta({ secret: true }))')
}

/** Of a command that changes something. */
export function noted(command: Command): Command {
  return common(command)
    .option('--by <who>', 'who gives the command; kept in the record (default: REFOLD_BY)')
    .option('--reason <text>', 'why; kept in the record')
}

/** Of one that may concern many agents. */
export function ofMany(command: Command): Command {
  return noted(command)
    .argument('[agents...]', '<definition>-<id>, as `refold ls` shows them')
    .option('--definition <name>', 'all agents of this definition')
    .option('--all', 'all agents of the store')
    .option('-y, --yes', 'do not ask')
}

export function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a positive integer.')
  return value
}

export function port(text: string): number {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value < 65_536) return value
  throw new InvalidArgumentError('It must be a port: 0 to 65535.')
}

export function revision(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a revision.')
  return value
}

export function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of seconds.')
  return value
}

/** Of `--where`. */
export const CONDITIONS =
  "state=review, status=done, condition=blocked, '/context/total>100'; several hold together; secret fields count as they are stored"

/** An option that may be given several times. */
export function severalOf(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
