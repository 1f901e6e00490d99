import { expect, test } from '@jest/globals'
import { inputPath, namesIn } from '../../actions/update-flake-pr/inputpath.ts'

test.each([
  ['nixpkgs', ['nixpkgs']],
  ['home-manager/nixpkgs', ['home-manager', 'nixpkgs']],
  ['a b/ç', ['a b', 'ç']],
  ['"a/b"/c', ['a/b', 'c']],
  ['"say \\"a\\""/"\\\\/"', ['say "a"', '\\/']],
  ['""/a', ['', 'a']],
  ['"a\\nb\\u0000"', ['a\nb\0']],
  ['', []],
])('%s holds the names %j', (path, names) => {
  expect(inputPath(names)).toBe(path)
  expect(namesIn(path)).toEqual(names)
})
