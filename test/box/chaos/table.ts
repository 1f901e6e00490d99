/** The contract's table: what may stand beside each exit code. */
export const statusesOf: Readonly<Record<number, readonly string[]>> = {
  0: ['deployed', 'unchanged', 'planned', 'scheduled', 'superseded'],
  65: ['refused'],
  69: ['failed'],
  70: ['failed'],
  75: ['failed'],
  80: ['rolled-back'],
  81: ['rolled-back'],
  82: ['failed'],
  83: ['aborted'],
  84: ['rolled-back'],
}

export const green: readonly string[] = statusesOf[0] ?? []
