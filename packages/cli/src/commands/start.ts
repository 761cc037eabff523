/** `refold start`: starts an agent; a worker performs it. */
import { parseJson, textOf } from './json-argument.js'
import { definitionNamed, withProject } from './project.js'
import type { ProjectOptions } from './project.js'

export interface StartCommandOptions extends ProjectOptions {
  readonly id?: string
  /** JSON, `@file`, or `-` for the standard input. */
  readonly input?: string
  readonly by?: string
  readonly json: boolean
}

/** Resolves when the start is durable, to the line to print. */
export async function start(name: string, options: StartCommandOptions): Promise<string> {
  const input = options.input === undefined ? undefined : parseJson(await textOf(options.input), '--input')
  return withProject({ ...options, begins: true }, async ({ agents, runtime }) => {
    const definition = definitionNamed(agents, name)
    const id = options.id ?? new Date().toISOString().replaceAll(/[:.]/g, '-')
    const agent = await runtime.start(definition, {
      id,
      input,
      ...(options.by === undefined ? undefined : { by: options.by }),
    })
    return options.json ? JSON.stringify({ agent: { name: agent.name, id } }) : `${agent.name}-${id}`
  })
}
