import type { Box } from './box.ts'
import { until } from './holder.ts'

const log = '/run/executions'

/** Asks the kernel to be asked before any file of the box is executed, notes who wants to execute which, and agrees. */
const watcher = `
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
CONTENT, MOUNT, ADD, EXECUTES, ALLOWED = 4, 0x10, 1, 0x40000, 1
libc.fanotify_mark.argtypes = [ctypes.c_int, ctypes.c_uint, ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p]
fd = libc.fanotify_init(CONTENT, os.O_RDONLY | os.O_CLOEXEC)
if fd < 0 or libc.fanotify_mark(fd, ADD | MOUNT, EXECUTES, -100, b"/") < 0:
    raise OSError(ctypes.get_errno(), "fanotify")
print("watching", flush=True)
while True:
    data, at = os.read(fd, 1 << 16), 0
    while at < len(data):
        size, _, _, _, _, file, pid = struct.unpack_from("IBBHQii", data, at)
        at += size
        try:
            print(os.stat(f"/proc/{pid}").st_uid, os.readlink(f"/proc/self/fd/{file}"), flush=True)
        except OSError:
            pass
        os.write(fd, struct.pack("iI", file, ALLOWED))
        os.close(file)
`

/** From now on every program that is executed in the box is known. */
export interface Executions {
  /** How often user `uid` has executed which file, since the last time it was asked. */
  of(uid: number): Promise<Record<string, number>>
}

export async function watchExecutions(box: Box): Promise<Executions> {
  await box.write('/run/executions.py', watcher)
  // As a unit of the box it would not be allowed to.
  await box.must(`setsid -f python3 -IS /run/executions.py >${log} 2>&1 </dev/null`)
  const isWatching = async (): Promise<boolean> => (await box.read(log)).startsWith('watching')
  if (!(await until(5000, isWatching))) throw new Error(`It is not watched: ${await box.read(log)}`)
  let seen = 0
  return {
    async of(uid) {
      const lines = (await box.read(log)).split('\n')
      const fresh = lines.slice(seen).filter((line) => line.startsWith(`${uid} `))
      seen = lines.length
      const counts: Record<string, number> = {}
      for (const line of fresh) {
        const path = line.slice(line.indexOf(' ') + 1)
        counts[path] = (counts[path] ?? 0) + 1
      }
      return counts
    },
  }
}
