/** A process that keeps the file locked until its input ends. */
import { loadDriver } from './driver/load-driver.js'

const connection = loadDriver().open(process.argv[2] ?? '')
connection.exec('BEGIN EXCLUSIVE')
process.stdout.write('"locked"\n')
process.stdin.on('end', () => {
  connection.exec('COMMIT')
  connection.close()
})
process.stdin.resume()
