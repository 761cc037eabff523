/** Values that a schema takes, of those that an arbitrary makes. */
import fc from 'fast-check'
import { refusedOption } from './refused-option.js'

/** In a row, before the caller has to say what fits. */
const MOST_REJECTED = 1_000

export interface Fitting {
  readonly accepts: (value: never) => boolean
  /** The option that the values are for. */
  readonly path: string
  /** Whether the option gave them; else they come from the schema. */
  readonly isGiven: boolean
}

/** As `filter` does, but for an end: throws `INVALID_INPUT` with the path where nothing fits. */
export function fitting<T>(values: fc.Arbitrary<T>, options: Fitting): fc.Arbitrary<T> {
  return new FittingArbitrary(values, options)
}

class FittingArbitrary<T> extends fc.Arbitrary<T> {
  readonly #values: fc.Arbitrary<T>
  readonly #options: Fitting

  constructor(values: fc.Arbitrary<T>, options: Fitting) {
    super()
    this.#values = values
    this.#options = options
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T> {
    for (let tried = 0; tried < MOST_REJECTED; tried++) {
      const made = this.#values.generate(random, biasFactor)
      if (this.#accepts(made)) return made
    }
    const { path, isGiven } = this.#options
    if (isGiven) throw refusedOption(path, `the schema takes none of ${MOST_REJECTED} values that it gave`)
    throw refusedOption(path, `the schema takes none of ${MOST_REJECTED} values that were made from it`, hintFor(path))
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#values.canShrinkWithoutContext(value)
  }

  override shrink(value: T, context?: unknown): fc.Stream<fc.Value<T>> {
    return this.#values.shrink(value, context).filter((smaller) => this.#accepts(smaller))
  }

  #accepts({ value }: fc.Value<T>): boolean {
    return this.#options.accepts(value as never)
  }
}

/** What the work makes of a schema. Throws `INVALID_INPUT` with the path where it throws. */
export function fromSchema<T>(path: string, make: () => fc.Arbitrary<T>): fc.Arbitrary<T> {
  try {
    return make()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw refusedOption(path, `no values can be made from the schema: ${why}`, hintFor(path))
  }
}

function hintFor(path: string): string {
  return `Give what it takes in '${path}', an arbitrary of fast-check.`
}
