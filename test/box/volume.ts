/** Hosts that say very much, and how much memory it takes to hear it. */
import { readFileSync } from 'node:fs'
import type { Box } from './box.ts'

/** What a build says: numbered lines of about a kilobyte, then one line without an end, then bytes that are no text. */
export interface Noise {
  readonly lines: number
  readonly longLine: number
}

export function noisyBuild({ lines, longLine }: Noise): string {
  return `python3 - <<'END'
import sys
out = sys.stdout.buffer
for number in range(${lines}):
    out.write(("€uro 🦊 " + "x" * 970 + " %08d\\n" % number).encode())
out.write(b"begin-" + b"y" * ${longLine} + b"-end\\n")
out.write(b"no text: \\xff\\xfe \\xe2\\x82 \\xf0\\x9f\\n")
END
`
}

/** Reads a log piece by piece, and keeps only what it has to say about the noise. */
export class NoiseHeard {
  /** How many numbered lines came whole, each once and in order. */
  lines = 0
  /** Bytes of the line without an end. */
  longLine = 0
  /** Numbered lines that came again, or out of order. */
  readonly unexpected: string[] = []
  readonly others: string[] = []
  #rest = ''

  readonly hear = (piece: string): void => {
    const lines = (this.#rest + piece).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  #take(line: string): void {
    const number = /^nixos-system-box-[\d.]+> €uro 🦊 x{970} (\d{8})$/u.exec(line)?.[1]
    if (number !== undefined && Number(number) === this.lines) this.lines++
    else if (number !== undefined) this.unexpected.push(line)
    else if (/^(?:nixos-system-box-[\d.]+> begin-)?y+(?:-end)?$/.test(line))
      this.longLine += line.replace(/^.*begin-/, '').replace('-end', '').length
    else if (this.others.length < 1000) this.others.push(line)
  }
}

/** Follows how much memory a process of this machine has needed at most; ask before it ends, or shortly after. */
export function watchPeak(pid: number): { mib(): number } {
  let peak = 0
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      clearInterval(timer)
    }
  }
  const timer = setInterval(look, 50).unref()
  return {
    mib() {
      look()
      return peak
    },
  }
}

const peaks = '/run/peaks.json'
const sampler = `
import json, os, re, time
programs, peaks = re.compile("vps-deploy(-[a-z]+)?"), {}
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\\0")
            name = next(filter(programs.fullmatch, map(os.path.basename, words[:3])), None)
            if name is None:
                continue
            with open(f"/proc/{pid}/status") as file:
                peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
        except (OSError, StopIteration):
            continue
        if peak > peaks.get(name, 0):
            peaks[name] = peak
            with open("${peaks}.new", "w") as file:
                json.dump(peaks, file)
            os.rename("${peaks}.new", "${peaks}")
    time.sleep(0.02)
`

/** From now on, how much memory each program of the host half has needed at most, in MiB by name. */
export async function watchHostPeaks(box: Box): Promise<() => Promise<Record<string, number>>> {
  await box.write('/run/peaks.py', sampler)
  await box.must('systemd-run --quiet --unit=test-peaks python3 -IS /run/peaks.py')
  return async () => {
    const kib = JSON.parse(await box.read(peaks)) as Record<string, number>
    return Object.fromEntries(Object.entries(kib).map(([name, peak]) => [name, peak / 1024]))
  }
}
