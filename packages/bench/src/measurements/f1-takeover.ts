/** F1, F2: a worker is killed with SIGKILL; how soon the bodies it had in hand begin in workers that run already. */
import { fleetProcess, sharedNow } from '../fleet-process.js'
import type { Figures } from '../figures.js'

/** `heirs`: workers that live on. */
export async function takeover(
  directory: string,
  { agents, heirs }: { readonly agents: number; readonly heirs: number },
): Promise<Figures> {
  const open = (name: string) => fleetProcess({ directory, name, definition: 'bench', hangs: true })
  const victim = await open('victim')
  const others = await Promise.all(Array.from({ length: heirs }, (_, index) => open(`heir${index}`)))
  await victim.start({ agents, waves: 1 })
  await victim.begun(agents)
  await new Promise((resolve) => setTimeout(resolve, 1_000)) // the others have seen everything
  const from = sharedNow()
  victim.kill()
  const count = (): number => others.reduce((sum, { bodies }) => sum + bodies.length, 0)
  while (count() < agents) await new Promise((resolve) => setTimeout(resolve, 5))
  const begun = others.flatMap(({ bodies }) => bodies)
  for (const other of others) other.kill()
  return { firstMs: Math.min(...begun) - from, lastMs: Math.max(...begun) - from, bodies: begun.length }
}
