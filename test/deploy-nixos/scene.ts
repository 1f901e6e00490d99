/** One run of the story against the fake host. */
import { generateKeyPairSync } from 'node:crypto'
import { deployNixos } from '../../actions/deploy-nixos/deploy.ts'
import type { World } from '../../actions/deploy-nixos/world.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import type { HttpGet } from '../../actions/shared/ports.ts'
import {
  countingRandom,
  FakeClock,
  reading,
  RecordingLog,
  RecordingOutputs,
  RecordingSummary,
} from '../support/fakes.ts'
import { evaluated, manifestOf } from '../support/manifest.ts'
import { FakeHost } from './fakehost.ts'
import { goWell, prepare, type FakeDeploy } from './fakedeploy.ts'

export const REV = '95a89711a27f35b705a53947abe90e28d440604f'
export const ID = '1658821493-1-0000000000000000'

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** As a workflow gives them, with the manifest's defaults. */
export function inputsWith(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const github = { sha: REV, event_name: 'push' }
  const defaults = Object.entries(manifestOf('deploy-nixos').inputs).map(
    ([name, { default: value = '' }]) => [name, evaluated(value, github)] as const,
  )
  return {
    ...Object.fromEntries(defaults),
    host: 'example.org',
    'ssh-key': key,
    'host-fingerprint': `SHA256:${'A'.repeat(43)}`,
    ...given,
  }
}

export class Scene {
  readonly clock = new FakeClock()
  readonly host = new FakeHost(this.clock)
  readonly log = new RecordingLog()
  readonly outputs = new RecordingOutputs()
  readonly summary = new RecordingSummary()
  readonly canceling = new AbortController()
  /** What the health URLs answer. */
  http: HttpGet = async () => ({ status: 200 })
  error: unknown

  constructor() {
    this.host.script = goWell
  }

  async run(inputs: Readonly<Record<string, string>> = {}): Promise<this> {
    const world: World = {
      dialTo: () => this.host.dial,
      http: (url, options) => this.http(url, options),
      clock: this.clock,
      log: this.log,
      random: countingRandom(),
      outputs: this.outputs,
      summary: this.summary,
      cancel: this.canceling.signal,
      run: { runId: '1658821493', attempt: '1' },
    }
    try {
      await deployNixos(reading(inputsWith(inputs)), world)
    } catch (error) {
      this.error = error
    }
    if (this.host.failure !== undefined) throw this.host.failure
    return this
  }

  cancel(): void {
    this.canceling.abort(new Error('canceled by SIGINT'))
  }

  get status(): string | undefined {
    return this.outputs.values['status']
  }

  get message(): string {
    return this.error instanceof Error ? this.error.message : ''
  }

  get hint(): string {
    return this.error instanceof ActionError ? (this.error.hint ?? '') : ''
  }

  /** All that was logged, a line each. */
  get lines(): readonly string[] {
    return this.log.entries.map(({ kind, text }) => `${kind} ${text.trimEnd()}`)
  }
}

type Script = (deploy: FakeDeploy) => Promise<void>

export async function playing(script: Script, inputs: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const scene = new Scene()
  scene.host.script = script
  return scene.run(inputs)
}

/** A host that says how it ended; a good end was confirmed before the action could answer. */
export function ending(status: string, code: number, fields: Readonly<Record<string, unknown>> = {}): Script {
  return async (deploy) => {
    await prepare(deploy)
    if (status === 'deployed') deploy.confirmed()
    deploy.result(status, code, fields)
  }
}
