/** A part of the page that fails leaves the others as they are. */
import { Component } from 'preact'
import type { ComponentChildren } from 'preact'
import { Failure } from './failure.js'

interface BoundaryProps {
  readonly what: string
  readonly children: ComponentChildren
}

interface BoundaryState {
  readonly message?: string
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = {}

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render({ what, children }: BoundaryProps, { message }: BoundaryState): ComponentChildren {
    if (message === undefined) return children
    return <Failure what={what} error={{ code: 'INTERNAL', message, hint: 'Reload the page, and report it.' }} />
  }
}
