import type { Box } from './box.ts'
import { hostEvents } from './deploying.ts'
import type { RunningAction } from '../support/run-action.ts'

/**
 * Where the host half of a box can be stopped, until it is let go: at the start of a phase (its event is written), or
 * before it answers a request over SSH.
 */
export type Place =
  | 'fetch'
  | 'verify'
  | 'resolve'
  | 'build'
  | 'diff'
  | 'check'
  | 'arm'
  | 'activate'
  | 'settle'
  | 'confirm'
  | 'commit'
  | 'rollback'
  | `request-${'hello' | 'confirm' | 'status'}`

const folder = '/run/holding'

const wait = `
def _hold(place):
    import os, time
    if os.path.exists(f'${folder}/hold-{place}'):
        open(f'${folder}/held-{place}', 'w').close()
        while os.path.exists(f'${folder}/hold-{place}'):
            time.sleep(0.02)
`

const inPhases = `${wait}
_phase = Job.phase

@contextmanager
def _held_phase(self, name):
    with _phase(self, name):
        _hold(name)
        yield

Job.phase = _held_phase
`

const inRequests = `${wait}
_answer_at_once = _answer

def _answer(request):
    _hold(f'request-{type(request).__name__.lower()}')
    return _answer_at_once(request)
`

/** Adds the places to the host half that is installed in the box: it waits there and does nothing else. */
export async function makeHoldable(box: Box): Promise<void> {
  const modules = '/usr/local/lib/vps-deploy/vps_deploy'
  await box.must(`mkdir -m 1777 ${folder}; cat >>${modules}/job.py`, { input: inPhases })
  await box.must(`cat >>${modules}/dispatcher.py; python3 -m compileall -q ${modules}`, { input: inRequests })
}

/** From now on the host half stops at these places. */
export async function hold(box: Box, ...places: Place[]): Promise<void> {
  await box.must(['touch', ...places.map((place) => `${folder}/hold-${place}`)])
}

export async function letGo(box: Box, place: Place): Promise<void> {
  await box.must(['rm', '-f', `${folder}/hold-${place}`])
}

/** Resolves when the host half stands at the place. */
export async function isHeldAt(box: Box, place: Place): Promise<void> {
  await box.waitFor(`${folder}/held-${place}`, '', 150_000)
}

/** Resolves when the step shows every phase that its host has begun by now. */
export async function isCaughtUp(box: Box, step: RunningAction): Promise<void> {
  const [, id] = await step.waitFor(/^Accepted by .* as (\S+);/m)
  const begun = (await hostEvents(box, id)).filter(({ type, state }) => type === 'phase' && state === 'start')
  await step.waitFor(new RegExp(`(?:::group::[^]*?){${begun.length}}`), 60_000)
}
