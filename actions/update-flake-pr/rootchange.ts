import type { Change } from './facts.ts'
import { namesIn } from './inputpath.ts'

/** Whether it is of an input of the flake itself, not of one that an input brings along. */
export function isOfRoot({ path }: Pick<Change, 'path'>): boolean {
  return namesIn(path).length === 1
}
