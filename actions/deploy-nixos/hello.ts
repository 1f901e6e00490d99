import { ActionError } from '../shared/errors.ts'
import type { Mode } from './inputs.ts'
import { numberIn, parseObject, textIn, textsIn } from '../shared/json.ts'

const PROTOCOL = 1

/** What the host says about itself. */
export interface Hello {
  readonly version: string
  readonly configuration: string
  readonly modes: readonly string[]
  /** Whether a system that needs a reboot is booted once on trial before it becomes the default. */
  readonly trialBoot: boolean
}

/** Throws if this is not a vps-deploy of a protocol that we speak. */
export function parseHello(answer: string): Hello {
  const fields = parseObject(answer)
  const protocol = numberIn(fields?.['protocol'])
  if (fields === undefined || protocol === undefined)
    throw new ActionError(
      `The host answered 'hello' with '${excerptOf(answer)}', which is not vps-deploy's answer.`,
      {
        hint: "Is the key's forced command vps-deploy? For another script set 'protocol: plain'.",
      },
    )
  if (protocol !== PROTOCOL)
    throw new ActionError(
      `The host speaks protocol ${protocol} of vps-deploy, this action speaks ${PROTOCOL}.`,
      {
        hint: protocol > PROTOCOL ? 'Use a newer version of the action.' : 'Update vps-deploy on the host.',
      },
    )
  return {
    version: textIn(fields['version']),
    configuration: textIn(fields['configuration']),
    modes: textsIn(fields['modes']),
    trialBoot: fields['trialBoot'] === true,
  }
}

export function requireMode(hello: Hello, mode: Mode): void {
  if (hello.modes.includes(mode)) return
  throw new ActionError(
    `The host cannot deploy with mode '${mode}': it offers ${hello.modes.join(', ') || 'none'}.`,
    {
      hint: 'Choose another mode, or update vps-deploy on the host.',
    },
  )
}

function excerptOf(answer: string): string {
  const line = answer.trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
