// The confirm and the deadline at the same moment: there is one decision, and everybody is told the same.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { alike } from './alike.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { hostState, leftovers, mustDeploy, tearDown } from './deploying.ts'
import { ask, askAnew, connected } from './sshclient.ts'

// Rounds of a deploy each, one after the other.
jest.setTimeout(900_000)

const rounds = 7
const boxes: Box[] = []

const unsettled = alike(async () => {
  const box = await bootBox()
  await mustDeploy(box, { config: { settleSeconds: 0 } })
  return box
})

beforeAll(async () => {
  for (let index = 0; index < 3; index++) boxes.push(await unsettled())
}, 300_000)

afterAll(() => tearDown(...boxes))

interface Round {
  /** What each of the confirms was told. */
  readonly confirmed: readonly boolean[]
  /** The decision that stands, by the file. */
  readonly decision: string
  readonly code: number | undefined
  readonly runsNew: boolean
}

/** A deploy whose confirms, over three connections, are sent that long before its deadline. */
async function race(box: Box, id: string, earlyMs: number): Promise<Round> {
  const before = await hostState(box)
  const rev = await box.commit({ config: { settleSeconds: 0 }, packages: [`${id}-1`] })
  const answer = askAnew(box, `deploy ${id} ${rev} switch 5 200`)
  const folder = `/var/lib/vps-deploy/deploys/${id}`
  await box.waitFor(`${folder}/events.ndjson`, '"awaiting-confirm"')
  const event = await box.must(`grep '"awaiting-confirm"' ${folder}/events.ndjson`)
  const { nonce, deadline } = JSON.parse(event) as { nonce: string; deadline: string }
  const clients = await Promise.all([connected(box), connected(box), connected(box)])
  await new Promise((resolve) => setTimeout(resolve, Date.parse(deadline) - Date.now() - earlyMs))
  const answers = await Promise.all(clients.map((client) => ask(client, `confirm ${id} ${nonce}`)))
  for (const client of clients) client.end()
  const { code } = await answer
  return {
    confirmed: answers.map(({ stdout }) => stdout === '{"confirmed":true}\n'),
    decision: (await box.read(`${folder}/decision`)).trim(),
    code,
    runsNew: (await hostState(box)).default !== before.default,
  }
}

/** Comes nearer to the moment where the one becomes the other with every round. */
async function approach(box: Box, number: number): Promise<Round[]> {
  const seen: Round[] = []
  for (let [round, earlyMs, stepMs] = [0, 400 + 150 * number, 400]; round < rounds; round++, stepMs *= 0.7) {
    const result = await race(box, `race-${number}-${round}`, earlyMs)
    seen.push(result)
    earlyMs += result.code === 0 ? -stepMs : stepMs
  }
  return seen
}

test('whoever is told that the deploy is confirmed finds it deployed, all others find it rolled back', async () => {
  const seen = (await Promise.all(boxes.map(approach))).flat()
  for (const { confirmed, decision, code, runsNew } of seen) {
    const isCommitted = decision === 'commit confirm'
    const agreed = { confirmed: [isCommitted, isCommitted, isCommitted], code: isCommitted ? 0 : 81 }
    expect({ confirmed, code, runsNew, decision }).toEqual({
      ...agreed,
      runsNew: isCommitted,
      decision: isCommitted ? decision : 'rollback deadline',
    })
  }
  expect(new Set(seen.map(({ code }) => code))).toEqual(new Set([0, 81]))
  for (const box of boxes) expect(await leftovers(box)).toBe('')
})
