import { expect, test } from '@jest/globals'
import { commandsIn } from './shellwords.ts'

test.each<[string, string[][]]>([
  ['npm test   # all of it\n# nothing', [['npm', 'test']]],
  ['a | b && c; d &', [['a'], ['b'], ['c'], ['d']]],
  ['grep \'a|b # c\' "d; e"', [['grep', 'a|b # c', 'd; e']]],
  ['nix run \\\n  x -- --flake ./nix#host', [['nix', 'run', 'x', '--', '--flake', './nix#host']]],
  ['gh secret set KEY < file 2>/dev/null', [['gh', 'secret', 'set', 'KEY']]],
  ['A=1 B=2 run it', [['run', 'it']]],
  [
    'x=$(basename PATH | cut -c1-32)',
    [
      ['basename', 'PATH'],
      ['cut', '-c1-32'],
    ],
  ],
  ['say "of $(hostname) here"', [['hostname'], ['say', 'of $(hostname) here']]],
  ['mkdir -p /mnt/{nix,boot}', [['mkdir', '-p', '/mnt/{nix,boot}']]],
])('%s', (script, commands) => {
  expect(commandsIn(script)).toEqual(commands)
})
