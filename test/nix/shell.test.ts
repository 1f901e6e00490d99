/** Every shell script of the project, by shellcheck. */
import { expect, test } from '@jest/globals'
import { join } from 'node:path'
import { run } from '../box/process.ts'
import { root } from '../support/manifest.ts'
import { sources, textOf } from './sources.ts'

const isShell = (path: string) => path.endsWith('.sh') || /^#!.*\b(?:ba|da)?sh\b/.test(textOf(path))
const scripts = sources().filter((path) => !path.endsWith('.png') && isShell(path))

test('there are shell scripts to look at', () => {
  expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'test/box/host/make-tree.sh']))
})

test.each(scripts)('shellcheck finds nothing in %s', async (path) => {
  // As strict as `nix fmt` in its folder; elsewhere what is likely wrong, not what is unusual.
  const severity = path.startsWith('nix/') ? 'style' : 'warning'
  const { code, stdout, stderr } = await run(['shellcheck', `--severity=${severity}`, join(root, path)])
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
})
