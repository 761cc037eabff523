/** Runs the compiler over the examples and the mistakes, and reads what it says of the likeliest ones. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = dirname(fileURLToPath(import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
/** The compiler alone takes a second or two; the machine may be busy. */
const COMPILE_MS = 120_000

describe('the types of the public API', () => {
  it('accept the examples and refuse every mistake', { timeout: COMPILE_MS }, async () => {
    expect(await compile(here)).toEqual({ output: '', code: 0 })
  })
})

describe('what the compiler says of the likeliest mistakes is one line', () => {
  let mistakes: readonly string[] = []
  let output = ''
  let folder = ''

  beforeAll(async () => {
    const source = await readFile(join(here, 'negative.ts'), 'utf8')
    const unmarked = source.replaceAll(/\/\/ @ts-expect-error.*/g, '//').replaceAll("'./", "'../")
    mistakes = unmarked.split('\n')
    // Hidden folders are no part of the surrounding project.
    folder = await mkdtemp(join(here, '.messages-'))
    await writeFile(join(folder, 'negative.ts'), unmarked)
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', include: ['negative.ts'], exclude: [] }),
    )
    output = (await compile(folder)).output
  }, COMPILE_MS)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each([
    [
      'a schema that differs from the event',
      'export const n1 =',
      "from type 'SchemaDiffers<{ by: string; }, { by: number; }>'",
    ],
    [
      'a schema for no event of the machine',
      'export const n3 =',
      `from type 'NotAnEvent<"aprove", "approve" | "reject" | "stop" | "tick">'`,
    ],
    ['a policy for no effect', 'export const n6 =', "Did you mean to write 'draft'?"],
    [
      'a context that is not JSON',
      'export const n13 =',
      `NotSerializable<"context.at" | "context.seen[].ids" | "event.n">`,
    ],
    [
      'an event that may not come from outside',
      "send({ type: 'tick'",
      `Type '"tick"' is not assignable to type '"approve" | "reject" | "stop"'`,
    ],
    ['a decision without what the effect gives', "complete: { text: '' }", "Property 'words' is missing"],
  ])('%s', (_mistake, code, said) => {
    const [message, ...others] = messagesAt(code)
    expect(message).toContain(said)
    expect(message?.split('\n')).toHaveLength(1)
    expect(others).toEqual([])
  })

  function messagesAt(code: string): string[] {
    const line = mistakes.findIndex((each) => each.includes(code)) + 1
    const messages = output.split(/\n(?! )/)
    return messages.filter((message) => message.includes(`negative.ts(${line},`))
  }
})

function compile(project: string): Promise<{ output: string; code: number }> {
  return new Promise((resolve) => {
    const args = [compiler, '-p', project, '--pretty', 'false']
    execFile(process.execPath, args, { cwd: here }, (error, stdout) => {
      resolve({ output: stdout.trim().replaceAll(basename(project), ''), code: error === null ? 0 : 1 })
    })
  })
}
