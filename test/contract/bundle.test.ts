/** What users run: the bundles in dist/, as they were built. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { actionNames, root } from '../support/manifest.ts'
import { runAction, runScript } from '../support/run-action.ts'
import { freePort, makeKey } from '../support/sshd.ts'

const dist = join(root, 'dist')

/** The parts of Node that SSH and HTTP clients ask for. */
const HEAVY = /^(?:node:)?(?:https?|net|tls|dns|zlib|child_process)$/
const REPORT_LOADING = `
  import Module from 'node:module'
  const load = Module._load
  Module._load = (...args) => {
    process.stdout.write('loaded ' + args[0] + '\\n')
    return load(...args)
  }
`

test('dist has one file of code and its licenses per action, and says that it is CommonJS', () => {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
  const expected = actionNames().flatMap((name) => [`${name}/index.js`, `${name}/licenses.txt`])
  expect(files.sort()).toEqual([...expected, 'package.json'].sort())
  expect(JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'))).toEqual({ type: 'commonjs' })
})

describe.each(actionNames())('the bundle of %s', (action) => {
  const entry = join(dist, action, 'index.js')

  test('has nothing native in it, and names the licenses of what it has', () => {
    expect(readFileSync(entry, 'utf8')).not.toMatch(/build\/Release\/\w+\.node'\)/)
    expect(readFileSync(join(dist, action, 'licenses.txt'), 'utf8')).toMatch(/^@actions\/core\nMIT\n/m)
  })

  test('without any input says all that is missing in one error, and is red', async () => {
    const { code, stdout, stderr } = await runScript(entry)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^::error::\d+ bad inputs:%0A- /m)
    expect(stdout.match(/::error::/g)).toHaveLength(1)
  })

  test('loads neither the SSH client nor an HTTP client before its first line', async () => {
    const nodeArguments = ['--import', `data:text/javascript,${encodeURIComponent(REPORT_LOADING)}`]
    const { stdout } = await runScript(entry, { nodeArguments })
    const lines = stdout.split('\n')
    const first = lines.findIndex((line) => !line.startsWith('loaded '))
    const [before, after] = [lines.slice(0, first), lines.slice(first)].map((part) =>
      part.map((line) => line.replace('loaded ', '')),
    )
    expect(before).toContain('node:crypto')
    expect(before).not.toEqual(expect.arrayContaining([expect.stringMatching(HEAVY)]))
    // The toolkit comes later: the report does see such modules.
    expect(after).toEqual(expect.arrayContaining([expect.stringMatching(HEAVY)]))
  })
})

test('a host that refuses the connection while the SSH client still loads is told as such', async () => {
  const { privateKey, publicKey } = await makeKey()
  const port = String(await freePort())
  const { code, stdout, stderr } = await runAction('deploy-nixos', {
    ...{ host: '127.0.0.1', port, 'ssh-key': privateKey, 'known-hosts': `127.0.0.1 ${publicKey}` },
    'connect-attempts': '1',
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toContain(`127.0.0.1:${port} refused the connection.`)
})
