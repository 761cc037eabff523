/**
 * RxJS's own `Observable`, without the two hundred files that the package's index loads: a worker that is started after
 * a crash has to be back soon. It is the same class, from an entry point that the package exports.
 */
export { Observable } from 'rxjs/internal/Observable'
