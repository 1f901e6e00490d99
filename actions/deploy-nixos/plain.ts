import { formatDuration } from '../shared/duration.ts'
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
  const after = `after ${formatDuration(world.clock.now() - startedMs)}`
  switch (exit.kind) {
    case 'exited':
      return exit.code === 0
        ? { status: 'deployed', message: `The forced command on ${facts.host} succeeded ${after}.` }
        : {
            status: 'failed',
            message: `The forced command on ${facts.host} ended with exit code ${exit.code} ${after}.`,
          }
    case 'killed':
      return {
        status: 'failed',
        message: `The forced command on ${facts.host} was killed by ${exit.signal} ${after}.`,
      }
    case 'lost':
      return {
        status: 'unreachable',
        message: `The connection to ${facts.host} was lost ${after} (${exit.reason}): whether the forced command runs on is unknown.`,
        hint: 'It was not started again, for that could do its work twice.',
      }
  }
}
