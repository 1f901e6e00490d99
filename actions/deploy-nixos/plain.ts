import { formatDuration } from '../shared/duration.ts'
import type { Exit } from '../shared/ports.ts'
import { connectFirst } from './connect.ts'
import type { Ending } from './ending.ts'
import type { Deployment } from './world.ts'

/**
 * Runs the host's forced command once, shows its output and takes over its exit code. It is never run again after a
 * lost connection, for nobody knows what it did.
 */
export async function deployPlain(
  { inputs, world, facts }: Deployment,
  signal: AbortSignal,
): Promise<Ending> {
  const connecting = { limits: inputs.connect, signal }
  await using session = await connectFirst(world, connecting, (opened) => Promise.resolve(opened))
  const show = (text: string): void => {
    world.log.host(text)
  }
  const startedMs = world.clock.now()
  world.log.info(`Connected to ${facts.host}; its forced command runs …`)
  facts.wasSent = true
  const exit = await session.exec(inputs.rev, { stdout: show, stderr: show }, signal)
  signal.throwIfAborted()
  const after = formatDuration(world.clock.now() - startedMs)
  return { details: [], ...endingOfExit(exit, `The forced command on ${facts.host}`, `after ${after}`) }
}

function endingOfExit(exit: Exit, subject: string, after: string): Omit<Ending, 'details'> {
  switch (exit.kind) {
    case 'exited':
      return exit.code === 0
        ? { status: 'deployed', sentence: `${subject} succeeded ${after}.` }
        : { status: 'failed', sentence: `${subject} ended with exit code ${exit.code} ${after}.` }
    case 'killed':
      return { status: 'failed', sentence: `${subject} was killed by ${exit.signal} ${after}.` }
    case 'lost':
      return {
        status: 'unreachable',
        sentence: `${subject} may run on: the connection was lost ${after} (${exit.reason}).`,
        hint: 'It was not started again, for that could do its work twice.',
      }
  }
}
