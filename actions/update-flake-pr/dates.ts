/** Archives without a date have one of 1970 or 1980. */
const FIRST_S = 347_155_200
/** 2100. */
const END_S = 4_102_444_800

/** `2026-01-31` (UTC) of seconds since 1970; `undefined` for what is no plausible date of a commit. */
export function dayOf(unixS: number | undefined): string | undefined {
  if (unixS === undefined || unixS < FIRST_S || unixS >= END_S) return undefined
  // This locale writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short' }).format(unixS * 1_000)
}

/** `12 days newer; now 3 days old`, as far as it is known. */
export function ageWords(
  fromS: number | undefined,
  toS: number | undefined,
  nowS: number | undefined,
): string {
  if (toS === undefined || dayOf(toS) === undefined) return ''
  const words = []
  if (fromS !== undefined && dayOf(fromS) !== undefined) words.push(distanceWords(toS - fromS))
  if (nowS !== undefined) words.push(nowS < toS ? 'dated in the future' : `now ${spanWords(nowS - toS)} old`)
  return words.join('; ')
}

function distanceWords(seconds: number): string {
  if (seconds === 0) return 'same date'
  return `${spanWords(Math.abs(seconds))} ${seconds > 0 ? 'newer' : 'older'}`
}

/** `14 hours`, `3 days` */
export function spanWords(seconds: number): string {
  const hours = Math.floor(seconds / 3_600)
  if (hours >= 48) return counted(Math.floor(hours / 24), 'day')
  return hours === 0 ? counted(Math.floor(seconds / 60), 'minute') : counted(hours, 'hour')
}

/** `1 commit`, `1,234 commits`. */
export function counted(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${digits} ${noun}${count === 1 ? '' : 's'}`
}
