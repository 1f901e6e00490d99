import { expect, test } from '@jest/globals'
import { blobOf } from '../../actions/update-flake-pr/blob.ts'

test.each([
  ['', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
  ['hello\n', 'ce013625030ba8dba906f756967f9e9ca394464a'],
  ['ä€😀\n', '2f0824077a99b48fb5ad972f8510ebf2ed9acdb1'],
])('what git calls %j', (text, sha) => {
  expect(blobOf(text)).toBe(sha)
})
