import { expect, test } from '@jest/globals'
import { parseNixVersion, syntaxOf } from '../../actions/update-flake-pr/nixversion.ts'

test.each([
  ['nix (Nix) 2.26.3', 'Nix 2.26.3', 'positional'],
  ['nix (Nix) 2.19.0\n', 'Nix 2.19.0', 'positional'],
  ['nix (Nix) 2.18.9', 'Nix 2.18.9', 'update-input'],
  ['nix (Nix) 2.15.0', 'Nix 2.15.0', 'update-input'],
  ['nix (Nix) 2.14.1', 'Nix 2.14.1', undefined],
  ['nix (Nix) 1.99', 'Nix 1.99', undefined],
  ['nix (Nix) 3.0', 'Nix 3.0', 'positional'],
  ['nix (Nix) 2.31.0pre20250801_0123abc', 'Nix 2.31.0pre20250801_0123abc', 'positional'],
  ['nix (Determinate Nix 3.8.6) 2.30.2', 'Determinate Nix 3.8.6 2.30.2', 'positional'],
  ['nix (Lix, like Nix) 2.93.0-dev-pre20250801-0123abc', 'Lix 2.93.0-dev-pre20250801-0123abc', 'positional'],
  ['warning: something\nnix (Nix) 2.26.3\r\n', 'Nix 2.26.3', 'positional'],
  ['nix 2.26.3', 'Nix 2.26.3', 'positional'],
])('%j is %s, its syntax %s', (text, name, syntax) => {
  const version = parseNixVersion(text)
  expect(version?.name).toBe(name)
  expect(version && syntaxOf(version)).toBe(syntax)
})

test.each(['', 'nix', 'nix (Nix) two', 'phoenix (Nix) 2.26.3', 'nix (Nix) 2.26.3 and more'])(
  '%j is no version of Nix',
  (text) => {
    expect(parseNixVersion(text)).toBeUndefined()
  },
)
