/** What is set up before anything else runs. */
import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { root } from '../support/manifest.ts'

const run = promisify(execFile)

/** Takes a while, as the real one does, and leaves a line. */
const NPM = `#!/bin/sh
echo begun >>npm.log
rm -rf node_modules && mkdir node_modules && sleep 1
echo ended >>npm.log
`

test('two that start in one clone install the packages once, and both wait for it', async () => {
  const clone = mkdtempSync(join(tmpdir(), 'nix-vps-clone-'))
  for (const folder of ['scripts', 'bin']) mkdirSync(join(clone, folder))
  copyFileSync(join(root, 'scripts', 'toolchain.js'), join(clone, 'scripts', 'toolchain.js'))
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(clone, 'package-lock.json'), '{}')
  writeFileSync(join(clone, 'bin', 'npm'), NPM)
  chmodSync(join(clone, 'bin', 'npm'), 0o755)
  // Its own folder comes first on PATH, and may hold an npm.
  const node = join(clone, 'bin', 'node')
  copyFileSync(process.execPath, node)
  const log = () => readFileSync(join(clone, 'npm.log'), 'utf8')
  const start = async () => {
    await run(node, ['-e', "import('./scripts/toolchain.js').then((one) => one.dependencies())"], {
      cwd: clone,
    })
    return log()
  }
  expect(await Promise.all([start(), start()])).toEqual(Array(2).fill('begun\nended\n'))
  expect(await start()).toBe('begun\nended\n')
  rmSync(clone, { recursive: true })
})
