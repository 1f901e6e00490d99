import { expect, test } from '@jest/globals'
import { newClosure } from '../../actions/garnix-wait/closure.ts'
import { verdictOf } from '../../actions/garnix-wait/verdict.ts'
import type { Wait } from '../../actions/garnix-wait/waiting.ts'
import { pathNamed } from './given.ts'

const [ROOT, A, B] = [pathNamed('a', 'system'), pathNamed('b', 'etc'), pathNamed('c', 'glibc')]

test('a wait that ends in the middle of a walk counts all that is missing', () => {
  const facts = { path: ROOT, narSize: 1, narHash: '', fileSize: 1, references: [A, B], cache: 0 }
  const closure = newClosure([ROOT], new Map([[ROOT, facts]]))
  closure.missing.set(A, [])
  const wait: unknown = { closure }
  const { ending } = verdictOf(wait as Wait, { kind: 'abandoned', diagnoses: [] }, undefined)
  expect(ending.sentence).toBe('2 paths of the closure cannot be fetched.')
})
