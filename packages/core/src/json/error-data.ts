/** Errors as plain data. */
import type { JsonValue } from './json-value.js'

/** How many causes of causes are kept. */
const MAX_CAUSES = 8

/**
 * Name, message, code and cause of an error, in this order. Never fails: a cause that is no error and that `toJson`
 * cannot store is left out, since an error must always be storable. A number as code becomes its text.
 */
export function errorToJson(error: Error, toJson: (cause: unknown) => JsonValue, level = 0): Record<string, JsonValue> {
  const data: Record<string, JsonValue> = {
    name: textOf(error, 'name') ?? 'Error',
    message: textOf(error, 'message') ?? '',
  }
  const code = textOf(error, 'code')
  if (code !== undefined) data['code'] = code
  const cause = level < MAX_CAUSES ? causeOf(error, toJson, level) : undefined
  if (cause !== undefined) data['cause'] = cause
  return data
}

function textOf(error: Error, key: 'name' | 'message' | 'code'): string | undefined {
  try {
    const value: unknown = (error as { readonly [key in typeof key]?: unknown })[key]
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
  } catch {
    return undefined // an accessor of the error's own class threw
  }
}

function causeOf(error: Error, toJson: (cause: unknown) => JsonValue, level: number): JsonValue | undefined {
  try {
    const { cause } = error
    if (cause === undefined) return undefined
    return cause instanceof Error ? errorToJson(cause, toJson, level + 1) : toJson(cause)
  } catch {
    return undefined
  }
}
