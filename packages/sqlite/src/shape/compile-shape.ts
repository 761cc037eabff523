/** The operations of a shape, with their paths parsed once: what a fold of many records needs, and nothing else. */
import type { JsonValue, ReplayedOperation } from '@refold/core/store'
import { countHoles, type Shape } from './read-record.js'
import { HOLE_PATTERN, HOLES, VALUELESS, type Template } from './template.js'

/** Format of records that this release compiles; others are read whole. */
const FORMAT = '#0'
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A key of a path that differs from record to record: what fills it, and the text after that. */
interface KeyHole {
  /** Of the path. */
  readonly keys: string[]
  readonly at: number
  readonly kind: keyof typeof HOLES
  /** Place of its value among the values of the row. */
  readonly value: number
  readonly rest: string
}

interface CompiledPath {
  readonly keys: readonly string[]
  readonly holes: readonly KeyHole[]
}

export interface CompiledValue {
  readonly template: Template
  /** Place of its first value among the values of the row. */
  readonly firstValue: number
  /** The value itself, where it is one text for all records. */
  readonly text: string | undefined
  /** Whether it has values of the row in it. */
  readonly isOfRow: boolean
  /** It is one of them as it is. */
  readonly isInRow: boolean
  /** It is the own revision, a full stop and this. */
  readonly afterRevision: string | undefined
  /** An object or an array, made of what stands in the row. */
  readonly isContainer: boolean
}

export interface CompiledOperation {
  /** One for all records: its keys are filled for each. */
  readonly operation: ReplayedOperation
  readonly holes: readonly KeyHole[]
  readonly value: CompiledValue | undefined
}

export interface CompiledShape {
  readonly shape: Shape
  readonly operations: readonly CompiledOperation[]
  /** The member of the data that the payload is. */
  readonly payloadKey: string | undefined
  /** Of the input. */
  readonly kind: string
  /** The effect or the timer that the input names. */
  readonly about: CompiledValue | undefined
  readonly owner: CompiledValue | undefined
}

type Members = { readonly [key: string]: Template }

/** `undefined` for a shape that is not clearly one of a record with readable operations. */
export function compileShape(shape: Shape): CompiledShape | undefined {
  const { metadata, data } = shape
  const header = membersOf(membersOf(metadata)?.['refold'])
  const input = membersOf(header?.['input'])
  const kind = input?.['kind']
  const patch = membersOf(header?.['body'])?.['patch']
  if (header?.['v'] !== FORMAT || header['at'] !== 't' || !isConstantText(header['agent']) || !isConstantText(kind))
    return undefined
  if (!Array.isArray(patch)) return undefined
  const first = holesBefore(metadata, ['refold', 'body', 'patch'])
  const operations = compileOperations(patch, first)
  if (operations === undefined) return undefined
  const valueAt = (template: Template | undefined, place: readonly string[]): CompiledValue | undefined =>
    template === undefined ? undefined : compileValue(template, holesBefore(metadata, place))
  return {
    shape,
    operations,
    payloadKey: Object.entries(membersOf(data) ?? {}).find(([, template]) => template === 1)?.[0],
    kind: kind.slice(1),
    about:
      valueAt(input?.['effect'], ['refold', 'input', 'effect']) ??
      valueAt(input?.['timer'], ['refold', 'input', 'timer']),
    owner: valueAt(header['owner'], ['refold', 'owner']),
  }
}

interface RowValues {
  readonly values: readonly JsonValue[]
  readonly revision: number
}

/** Fills the keys of an operation for a record of this revision with these values. */
export function fillKeys(holes: readonly KeyHole[], row: RowValues): void {
  for (let at = 0; at < holes.length; at++) {
    const hole = holes[at] as KeyHole
    hole.keys[hole.at] = fillKey(hole, row)
  }
}

function fillKey({ kind, value, rest }: KeyHole, { values, revision }: RowValues): string {
  if (kind === 'ownRevision') return revision + rest
  if (kind === 'previousRevision') return revision - 1 + rest
  if (kind === 'revisionsBack') return revision - (values[value] as number) + rest
  const own = values[value] as string | number
  if (typeof own === 'number' && rest === '') return String(own)
  const key = unescapeToken(`${own}${rest}`)
  if (FORBIDDEN.has(key)) throw new TypeError(`a path reaches for ${key}`)
  return key
}

function compileOperations(patch: readonly Template[], first: number): readonly CompiledOperation[] | undefined {
  let firstValue = first
  const operations: CompiledOperation[] = []
  for (const template of patch) {
    const operation = compileOperation(membersOf(template), firstValue)
    if (operation === undefined) return undefined
    operations.push(operation)
    firstValue += countHoles(template)
  }
  return operations
}

function compileOperation(members: Members | undefined, first: number): CompiledOperation | undefined {
  const op = members?.['op']
  if (members === undefined || (op !== '=add' && op !== '=replace' && op !== '=remove' && op !== '=copy'))
    return undefined
  const valueAt = (key: string): number => first + holesBefore(members, [key])
  const path = compilePath(members['path'], valueAt('path'))
  const from = op === '=copy' ? compilePath(members['from'], valueAt('from')) : undefined
  const template = op === '=add' || op === '=replace' ? members['value'] : undefined
  if (path === undefined || path.keys[0] !== 'state' || path.holes[0]?.at === 0) return undefined
  if (op === '=copy' ? from === undefined || from.keys.length === 0 : op !== '=remove' && template === undefined)
    return undefined
  const [hole] = path.holes
  return {
    operation: {
      op: op.slice(1) as ReplayedOperation['op'],
      keys: path.keys,
      fixed: hole?.at ?? path.keys.length,
      from: from?.keys,
    },
    holes: from === undefined ? path.holes : [...path.holes, ...from.holes],
    value: template === undefined ? undefined : compileValue(template, valueAt('value')),
  }
}

function compileValue(template: Template, firstValue: number): CompiledValue {
  const isText = typeof template === 'string'
  return {
    template,
    firstValue,
    text: isConstantText(template) ? template.slice(1) : undefined,
    isOfRow: countHoles(template) > 0,
    isInRow: template === 0,
    afterRevision: isText && template[0] === '@' ? template.slice(1) : undefined,
    isContainer: typeof template === 'object',
  }
}

/** `undefined` for what is no pointer, reaches for a prototype, or has more than one hole in a key. */
function compilePath(template: Template | undefined, first: number): CompiledPath | undefined {
  if (typeof template !== 'string' || (template[0] !== '=' && template[0] !== '%') || template[1] !== '/')
    return undefined
  let value = first
  const holes: KeyHole[] = []
  const keys = template.slice(2).split('/')
  for (const [at, key] of keys.entries()) {
    const kind = template[0] === '%' ? holeKind(key[0]) : undefined
    const rest = kind === undefined ? key : key.slice(1)
    if ((template[0] === '%' && HOLE_PATTERN.test(rest)) || /~(?![01])/.test(rest)) return undefined
    keys[at] = unescapeToken(rest)
    if (kind === undefined && FORBIDDEN.has(unescapeToken(key))) return undefined
    if (kind !== undefined) holes.push({ keys, at, kind, value, rest })
    if (kind !== undefined && !VALUELESS.has(HOLES[kind])) value++
  }
  return { keys, holes }
}

function holeKind(char: string | undefined): keyof typeof HOLES | undefined {
  return (Object.keys(HOLES) as (keyof typeof HOLES)[]).find((kind) => HOLES[kind] === char)
}

/** How many values stand before the member that these keys lead to. */
function holesBefore(template: Template, [key, ...rest]: readonly string[]): number {
  let count = 0
  for (const [name, inner] of Object.entries(template as Members)) {
    if (name === key) return rest.length === 0 ? count : count + holesBefore(inner, rest)
    count += countHoles(inner)
  }
  return count
}

function membersOf(template: Template | undefined): Members | undefined {
  return typeof template === 'object' && !Array.isArray(template) ? (template as Members) : undefined
}

function isConstantText(template: Template | undefined): template is string {
  return typeof template === 'string' && template[0] === '='
}

function unescapeToken(token: string): string {
  return token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token
}
