import { textOf } from './sources.ts'

export interface Locked {
  readonly type?: string
  readonly owner?: string
  readonly repo?: string
  readonly rev?: string
  readonly narHash?: string
  readonly lastModified?: number
  readonly path?: string
}

interface LockNode {
  readonly locked?: Locked
  /** A name of a node, or the path of inputs to follow from the root. */
  readonly inputs?: Readonly<Record<string, string | readonly string[]>>
}

export interface LockFile {
  readonly nodes: Readonly<Record<string, LockNode>>
  readonly root: string
  readonly version: number
}

export const lockFile = JSON.parse(textOf('nix/flake.lock')) as LockFile
export const lockNodes = lockFile.nodes
