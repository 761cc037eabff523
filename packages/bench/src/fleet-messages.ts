/** What a worker of the fleet's measurements is told, and what it tells. Times in milliseconds of a shared clock. */

export interface FleetOrder {
  readonly directory: string
  readonly name: string
  readonly definition: string
  /** Its bodies begin and never end. */
  readonly hangs?: true
}

/** Start so many agents at once, and as many again when they have ended. */
export interface FleetStart {
  readonly agents: number
  readonly waves: number
}

/** From the first start to the last end, and the processor's time in between. */
export interface FleetSpan {
  readonly from: number
  readonly to: number
  readonly cpuMs: number
}

/** `ended`: all agents have, or all have begun where bodies hang. */
export type FleetTold =
  | { readonly kind: 'ready' }
  | { readonly kind: 'body'; readonly at: number }
  | ({ readonly kind: 'ended' } & FleetSpan)
