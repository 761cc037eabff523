/** One run of one measurement: `node measure.js NAME PLACE ARGUMENT`. Its figures are the last line. */
import { report } from './figures.js'
import { MEASUREMENTS } from './measurements.js'
import type { MeasurementName } from './measurements.js'

const [name = '', place = '', argument = ''] = process.argv.slice(2)
const figures = await MEASUREMENTS[name as MeasurementName](place, argument)
if (figures !== undefined) report(figures)
process.exit(0)
