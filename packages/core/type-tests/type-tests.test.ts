/** Runs the compiler over the examples and the mistakes, and reads what it says of the likeliest ones. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = dirname(fileURLToPath(import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

describe('the types of the public API', () => {
  it('DEF-15 accept the examples and refuse every mistake', async () => {
    const messages = messagesOf(await compile(here))
    // What is wrong elsewhere in the package is for its own type check to tell.
    expect(messages.filter((message) => !message.startsWith('../'))).toEqual([])
  })

  it('DEF-203 let members be missing that a schema lets be, also without exactOptionalPropertyTypes', async () => {
    const folder = await mkdtemp(join(here, '.loose-'))
    const compilerOptions = { exactOptionalPropertyTypes: false }
    const config = { extends: '../tsconfig.json', compilerOptions, include: ['../optional.ts'], exclude: [] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const messages = messagesOf(await compile(folder)).filter((message) => message.includes('optional.ts'))
    await rm(folder, { recursive: true, force: true })
    expect(messages).toEqual([])
  })
})

/** With mistakes in them. */
const FILES = ['negative.ts', 'stored.ts']

describe('what the compiler says of the likeliest mistakes is one line', () => {
  const mistakes = new Map<string, readonly string[]>()
  let messages: readonly string[] = []
  let folder = ''

  beforeAll(async () => {
    // Hidden folders are no part of the surrounding project.
    folder = await mkdtemp(join(here, '.messages-'))
    for (const file of FILES) {
      const source = await readFile(join(here, file), 'utf8')
      const unmarked = source.replaceAll(/\/\/ @ts-expect-error.*/g, '//').replaceAll("'./", "'../")
      mistakes.set(file, unmarked.split('\n'))
      await writeFile(join(folder, file), unmarked)
    }
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', include: FILES, exclude: [] }),
    )
    messages = messagesOf(await compile(folder))
  })
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
    ['an approval by no event of the machine', 'export const n21 =', "Did you mean to write 'approve'?"],
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

  it.each([
    ['an effect that gives a date', 'export const s1 =', 'NotSerializable<"output">'],
    ['one below a list', 'export const s2 =', 'NotSerializable<"output.seen[].at">'],
    ['several members', 'export const s3 =', 'NotSerializable<"output.ids" | "output.sizes" | "output.total">'],
    ['a class instance with methods', 'export const s4 =', 'NotSerializable<"output.price.plus">'],
    ['a step', "step('look'", 'NotSerializable<"result.at">'],
    ['the schema of an input', 'export const s9 =', 'NotSerializable<"input.at">'],
    ['the events of a contract', 'export const s10 =', 'NotSerializable<"events.seen.at">'],
  ])('DEF-15 names the path of what is not JSON: %s', (_mistake, code, said) => {
    const [message, ...others] = messagesAt(code)
    expect(message).toContain(said)
    expect(others).toEqual([])
  })

  it('DEF-41 names the place of bytes and of a URL, not their members', () => {
    const [message] = messagesAt('export const s12 =')
    expect(message).toMatch(/NotSerializable<("output\.(page|bytes|samples)"( \| )?){3}>/)
  })

  it('DEF-15 names what a machine is given, and what its effects and child machines keep', () => {
    const [message] = messagesAt('machine: setup({ types: { input: {} as { at: Date } }')
    for (const path of ['input.at', 'effects.dates.input.since', 'effects.dates.output.until'])
      expect(message).toContain(`"${path}"`)
    for (const path of ['effects.inner.ask.output.answer', 'actors.inner.context.ids', 'actors.inner.input.cut'])
      expect(message).toContain(`"${path}"`)
  })

  function messagesAt(code: string): readonly string[] {
    for (const [file, lines] of mistakes) {
      const line = lines.findIndex((each) => each.includes(code)) + 1
      if (line > 0) return messages.filter((message) => message.includes(`${file}(${line},`))
    }
    return []
  }
})

/** One message each, with the lines that explain it further. */
function messagesOf(output: string): readonly string[] {
  return output === '' ? [] : output.split(/\n(?! )/)
}

function compile(project: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [compiler, '-p', project, '--pretty', 'false']
    execFile(process.execPath, args, { cwd: here }, (error, stdout) => {
      if (error !== null && stdout === '') reject(error)
      else resolve(stdout.trim())
    })
  })
}
