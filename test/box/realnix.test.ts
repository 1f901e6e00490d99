import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'

const tests = join(import.meta.dirname, '../../nix/vps-deploy/tests')
const inBox = '/root/tests'
let box: Box

beforeAll(async () => {
  box = await bootBox()
}, 300_000)

afterAll(async () => {
  await box[Symbol.asyncDispose]()
})

async function copied(): Promise<void> {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.py'),
  )
  await box.must(`mkdir -p ${inBox}/realnix`)
  for (const name of files) await box.write(`${inBox}/${name}`, readFileSync(join(tests, name), 'utf8'))
}

test('what the host half asks of Nix holds with a real one', async () => {
  await copied()
  const python = 'env PYTHONPATH=/usr/local/lib/vps-deploy:/root python3 -B -m unittest discover -v'
  const { code, stderr } = await box.run(`cd /root && ${python} -s ${inBox}/realnix`, { timeoutMs: 280_000 })
  expect(stderr).toMatch(/^Ran [1-9]\d* tests/m)
  expect(stderr).not.toMatch(/skipped/)
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) })
}, 300_000)
