/** Who listens to an agent keeps the process alive, also where it performs nothing and has no timer of its own. */
import { Observable } from '../history/observable.js'
import type { World } from '../world/world.js'

/** The same observable; the process stays while someone is subscribed to it. */
export function keepingAlive<V>(source: Observable<V>, { keepAlive }: Pick<World, 'keepAlive'>): Observable<V> {
  if (keepAlive === undefined) return source
  return new Observable((subscriber) => {
    subscriber.add(keepAlive())
    return source.subscribe(subscriber)
  })
}
