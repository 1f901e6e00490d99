/** What the documents tell somebody to type on a server to see how its deploys stand, typed there. */
import { beforeAll, expect, jest, test } from '@jest/globals'
import { blocksIn } from '../support/documents.ts'
import { suiteBox } from './asking.ts'
import { deploy, idle } from './deploying.ts'

jest.setTimeout(120_000)

const box = suiteBox()
let id: string

/** On the server, without those that change something; each line is a command with its remark. */
const lines = ['DEBUGGING.md', 'nix/vps-deploy/README.md']
  .flatMap(blocksIn)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter(
    (line) => line.includes('vps-deploy') && !/^ssh |^rm |^jq | abort |systemctl stop|nix eval/.test(line),
  )

beforeAll(async () => {
  const rev = await box().commit({ units: { 'idle.service': idle } })
  const { outputs } = await deploy(box(), { rev })
  id = outputs['deploy-id'] ?? ''
  // Something that is refused, which has a log of its own.
  await deploy(box(), { rev: '0'.repeat(40) })
})

test('there are commands for a deploy that does not move', () => {
  expect(lines.length).toBeGreaterThan(8)
})

test.each(lines)('%s', async (line) => {
  const [command = ''] = line.replaceAll(/\bID\b/g, id).split(/ +# /)
  // As somebody who logs in has it: bash, which knows braces, and a terminal that shows all at once.
  const { code, stderr } = await box().run(['bash', '-c', command.replace(/^less /, 'cat ')])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
