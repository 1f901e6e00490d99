import { expect, test } from '@jest/globals'
import { anchorOf, documentationUrl } from '../../actions/shared/project.ts'

test.each([
  ['Set up the server', 'set-up-the-server'],
  ['The host key of … is …, not the pinned …', 'the-host-key-of--is--not-the-pinned-'],
  ["`nix flake update` says 'no'", 'nix-flake-update-says-no'],
])('the anchor of %s', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor)
})

test('a heading is linked to in the release that people use', () => {
  expect(documentationUrl('README.md', 'Use it')).toBe(
    'https://github.com/toxx1220/nix-vps/blob/v1/README.md#use-it',
  )
})
