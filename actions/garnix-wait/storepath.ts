/**
 * Store paths as texts: `/nix/store/<hash>-<name>`, 32 characters of Nix's own base 32 and a name.
 * https://nix.dev/manual/nix/latest/protocols/store-path
 */
import { ActionError } from '../shared/errors.ts'

/** A text that `parseStorePath` has seen. */
export type StorePath = string & { readonly storePath: unique symbol }

export const STORE = '/nix/store'
const PATH = /^\/nix\/store\/[0-9abcdfghijklmnpqrsvwxyz]{32}-(?!\.{1,2}(?:-|$))[0-9A-Za-z+\-._?=]{1,211}$/

/** Whether it is a path directly below the store. */
export function isStorePath(text: string): text is StorePath {
  return PATH.test(text)
}

/** Throws an `ActionError` for anything else. */
export function parseStorePath(text: string): StorePath {
  if (isStorePath(text)) return text
  throw new ActionError(`'${text}' is no store path; one looks like ${STORE}/<32 characters>-<name>.`)
}

/** The same for a name as narinfos list them, without the store. `undefined` if it is none. */
export function ofBaseName(base: string): StorePath | undefined {
  const path = `${STORE}/${base}`
  return isStorePath(path) ? path : undefined
}

export function hashPartOf(path: StorePath): string {
  return path.slice(STORE.length + 1, STORE.length + 33)
}

/** What comes after the hash: `nixos-system-vps-arm-26.11`. */
export function nameOf(path: StorePath): string {
  return path.slice(STORE.length + 34)
}
