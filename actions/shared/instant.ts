const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)Z$/

/** `2026-01-31T12:00:00.123Z` in milliseconds since a midnight of long ago (UTC); `NaN` if it is none. */
export function parseInstant(text: string): number {
  const match = INSTANT.exec(text)
  if (match === null) return NaN
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const minutes = (dayNumberOf(year, month, day) * 24 + hour) * 60 + minute
  return Math.round((minutes * 60 + second) * 1_000)
}

/** Counted in years that begin in March, so that the leap day is the last one. */
function dayNumberOf(year: number, month: number, day: number): number {
  const monthsSinceMarch = (month + 9) % 12
  const years = year - Math.floor(monthsSinceMarch / 10)
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  return years * 365 + leapDays + Math.floor((monthsSinceMarch * 306 + 5) / 10) + day
}
