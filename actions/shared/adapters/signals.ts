/**
 * Aborted at the first SIGINT or SIGTERM, with a reason that names it. The runner sends SIGINT when a run is canceled,
 * SIGTERM 7.5 s later and SIGKILL after another 2.5 s; from the first call on neither of the first two ends the process.
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      controller.abort(new Error(`canceled by ${name}`))
    })
  return controller.signal
}
