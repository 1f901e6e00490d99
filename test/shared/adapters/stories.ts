/** Stories for runAction, each as a program of its own: the name is in STORY. */
import { execFileSync } from 'node:child_process'
import { log, mask, outputs, readInput, runAction } from '../../../actions/shared/adapters/runner.ts'
import { cancellation } from '../../../actions/shared/adapters/signals.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import { COMMON_HEADINGS } from '../../../actions/shared/help.ts'

const never = (): Promise<never> => new Promise(() => {})

const stories: Readonly<Record<string, () => Promise<void>>> = {
  'ends well': async () => {
    outputs.set('status', 'early')
    outputs.set('status', 'deployed')
    log.host('half a line')
  },
  'fails as expected': async () => {
    outputs.set('status', 'failed')
    throw new ActionError('The host is away.', { hint: 'Wait for it.', cause: new Error('ECONNREFUSED') })
  },
  'fails without a hint': async () => {
    throw new ActionError('The host is away.')
  },
  'has a bug': async () => {
    throw new TypeError('x is not a function')
  },
  'throws what is no error': async () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- foreign code does
    throw 'just text'
  },
  'waits forever': never,
  'loses a promise': async () => {
    void Promise.reject(new Error('lost on the way'))
    setTimeout(() => {}, 200)
    await never()
  },
  'loses a promise after its end': async () => {
    setTimeout(() => {
      void Promise.reject(new Error('lost on the way'))
    }, 50)
  },
  'starts a child': async () => {
    mask(readInput('ssh-key'))
    log.info(readInput('ssh-key').length.toString())
    log.info(execFileSync('env', { encoding: 'utf8' }))
  },
  'is canceled': async () => {
    const canceled = cancellation()
    log.info('waiting')
    const alive = setTimeout(() => {}, 10_000)
    await new Promise((resolve) => {
      canceled.addEventListener('abort', resolve)
    })
    clearTimeout(alive)
    throw new ActionError((canceled.reason as Error).message)
  },
}

const story = stories[process.env['STORY'] ?? '']
if (story === undefined) throw new Error('STORY names none')
void runAction({ action: 'an-action', headings: { ...COMMON_HEADINGS, 'canceled by …': [] } }, story)
