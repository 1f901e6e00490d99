/** Deploys as a client of protocol 1 asks for them, at the moments a scenario needs. */
import { afterAll, beforeAll } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { hostEvents, tearDown } from './deploying.ts'
import type { HostEvent } from './deploying.ts'
import { askAnew } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

/** The box of a whole suite: up before its tests, gone after them. */
export function suiteBox(prepare?: (box: Box) => Promise<unknown>): () => Box {
  let box: Box | undefined
  beforeAll(async () => {
    box = await bootBox()
    await prepare?.(box)
  }, 300_000)
  afterAll(() => tearDown(box), 300_000)
  return () => {
    if (box === undefined) throw new Error('the box is not up yet')
    return box
  }
}

/** A request that has been taken up, and the answer its connection will get. */
export interface Asked {
  readonly id: string
  readonly answer: Promise<Answer>
}

const folderOf = (id: string): string => `/var/lib/vps-deploy/deploys/${id}`

/** Sends `deploy ID …` or `rollback ID …` and waits until the host has taken it up. */
export async function asked(box: Box, request: string): Promise<Asked> {
  const id = request.split(' ')[1] ?? ''
  const answer = askAnew(box, request)
  await Promise.race([box.waitFor(folderOf(id)), refusal(answer, request)])
  return { id, answer }
}

/** The same, and waits until it wants to be confirmed; the nonce is what to confirm it with. */
export async function awaited(box: Box, request: string): Promise<Asked & { readonly nonce: string }> {
  const { id, answer } = await asked(box, request)
  const events = `${folderOf(id)}/events.ndjson`
  await Promise.race([box.waitFor(events, '"awaiting-confirm"'), refusal(answer, request)])
  const event = (await hostEvents(box, id)).find(({ type }) => type === 'awaiting-confirm')
  return { id, answer, nonce: String(event?.['nonce']) }
}

async function refusal(answer: Promise<Answer>, request: string): Promise<never> {
  const { code, stdout, stderr } = await answer
  throw new Error(`'${request}' ended with ${String(code)} too soon:\n${stdout}${stderr}`)
}

/** The last event of a deploy that is over. */
export async function resultOf(box: Box, id: string): Promise<HostEvent | undefined> {
  return (await hostEvents(box, id)).at(-1)
}

/** Holds every deploy in its build whose system is built with `held`, until `release`. */
export const gate = {
  held: 'until [ -e /run/released ]; do sleep 0.2; done',
  release: (box: Box) => box.must('touch /run/released'),
  close: (box: Box) => box.must('rm -f /run/released'),
} as const

/** Deploys what a scenario begins with, without a step: the host's own checks decide. */
export async function mustAsk(box: Box, id: string, spec: SystemSpec): Promise<void> {
  const rev = await box.commit({ packages: [id], ...spec })
  const { code, stdout, stderr } = await askAnew(box, `deploy ${id} ${rev} switch 0 200`)
  if (code !== 0) throw new Error(`The deploy '${id}' did not work:\n${stdout}${stderr}`)
}
