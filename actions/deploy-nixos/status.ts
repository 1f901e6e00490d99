import { objectIn, parseObject, textIn } from '../shared/json.ts'

/** What the host's `status` says that matters here; `''` where it does not say. */
export interface HostStatus {
  /** Store path of the system that was booted. */
  readonly booted: string
  /** Another one after every boot. */
  readonly bootId: string
  /** Of the deploy that the next boot tries; `''` = none. */
  readonly trial: string
}

/** `undefined` = not a status. */
export function parseStatus(answer: string): HostStatus | undefined {
  const fields = parseObject(answer)
  return (
    fields && {
      booted: textIn(objectIn(fields['booted'])?.['system']),
      bootId: textIn(fields['bootId']),
      trial: textIn(objectIn(fields['trial'])?.['id']),
    }
  )
}
