/** Starts the browser of the one who sits before the terminal. */
import { spawn } from 'node:child_process'

/** What tells whether someone does. */
export interface Surroundings {
  readonly isTerminal: boolean
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
}

/** Whether a browser would be seen by the one who gave the command. */
export function hasBrowser({ isTerminal, platform, environment }: Surroundings): boolean {
  const is = (name: string): boolean => (environment[name] ?? '') !== ''
  if (!isTerminal || is('CI') || is('SSH_CONNECTION') || is('SSH_TTY')) return false
  return platform === 'darwin' || platform === 'win32' || is('DISPLAY') || is('WAYLAND_DISPLAY')
}

/** One that cannot be started is no failure: the address is printed. */
export function openBrowser(url: string, platform: NodeJS.Platform): void {
  const [command = '', ...args] = browserCommand(url, platform)
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** `start` takes its first quoted argument for a title, and an `&` for the end of a command. */
export function browserCommand(url: string, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['open', url]
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url.replaceAll('&', '^&')]
  return ['xdg-open', url]
}
