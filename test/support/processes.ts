import { readFileSync } from 'node:fs'

/** Processes whose parent it is; Linux only, as these tests are. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

/** The sshd processes among all below one. */
export function serversBelow(pid: number): readonly number[] {
  const servers = childrenOf(pid).filter((child) => nameOf(child).startsWith('sshd'))
  return [...servers, ...servers.flatMap(serversBelow)]
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8')
  } catch {
    return ''
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
