/**
 * A page as a project of a user: its blocks as files in one directory, with the packages as they are built. TypeScript is
 * compiled first, all pages at once.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeBlocksOf } from './code-blocks.js'
import type { CodeBlock } from './code-blocks.js'

export interface Page {
  readonly name: string
  /** Where its blocks are files. */
  readonly directory: string
  readonly blocks: readonly CodeBlock[]
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** For one that hangs. */
const PROGRAM_TIMEOUT_MS = 240_000
const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
}

/** Writes the pages of a folder into a new directory. */
export function writePages(
  folder: string,
  { root }: { readonly root: string },
): { readonly directory: string; readonly pages: readonly Page[] } {
  const directory = mkdtempSync(join(tmpdir(), 'refold-docs-'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  const pages = names.map((name) => writePage(join(folder, name), join(directory, name.replace('.md', ''))))
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*/*.ts'] }),
  )
  return { directory, pages }
}

function writePage(file: string, directory: string): Page {
  const blocks = codeBlocksOf(readFileSync(file, 'utf8'))
  mkdirSync(directory)
  for (const block of blocks.filter(isCode)) writeFileSync(join(directory, block.file), block.code)
  return { name: file.split(/[\\/]/).at(-1) ?? file, directory, blocks }
}

/** It is JavaScript or TypeScript. */
export function isCode({ language }: CodeBlock): boolean {
  return language === 'js' || language === 'ts'
}

/** Compiles what is TypeScript. Each error is a line that begins with the page and the block. */
export function compilePages(directory: string, { root }: { readonly root: string }): Ended {
  return node([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: directory })
}

/** Runs a block, or only reads it. */
export function runBlock({ directory }: Page, { file, isRun }: CodeBlock): Ended {
  return node([...(isRun ? [] : ['--check']), file.replace(/\.ts$/, '.js')], { cwd: directory })
}

function node(args: readonly string[], { cwd }: { readonly cwd: string }): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    timeout: PROGRAM_TIMEOUT_MS,
  })
  return { status, stdout, stderr }
}
