import { afterEach, expect, test } from '@jest/globals'
import { nixStage } from '../../scripts/nix-stage.js'
import { Stages } from '../../scripts/stages.js'

const given = process.env['NODE_OPTIONS']
afterEach(() => {
  if (given === undefined) delete process.env['NODE_OPTIONS']
  else process.env['NODE_OPTIONS'] = given
})

test('a set-up that breaks, and does not say what is left out, is red', async () => {
  process.env['NODE_OPTIONS'] = '--import=./there-is-no-such.js'
  const stages = new Stages({ isAlone: false, print: () => {} })
  const asked: unknown[] = []
  await nixStage({ scratch: '', stages, jest: async (_, { extra }) => void asked.push(extra) })
  expect(asked).toEqual([['--testPathIgnorePatterns=/test/nix/withnix/']])
  expect(stages.outcomes).toMatchObject([{ name: 'nix set-up', passed: 0, failed: 1 }])
})
