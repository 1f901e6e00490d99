/** What somebody does with the inbox who has become user deploy on the host. */
import type { Box } from './box.ts'

export const inbox = '/run/vps-deploy/inbox'

/** In every file of the attacker; nobody may ever show it. */
export const content = 'what-the-attacker-wrote'

/** Runs Python as user deploy. */
export async function asDeploy(box: Box, program: string): Promise<string> {
  return box.must(['setpriv', '--reuid=deploy', '--regid=deploy', '--clear-groups', 'python3', '-c', program])
}

const common = `
import fcntl, os, signal, socket, sys, time
INBOX, CONTENT = ${JSON.stringify(inbox)}, ${JSON.stringify(content)}
def letter(token, version="1", request="abort nosuch-deploy", origin="5 22"):
    return f"{version} {token}\\n{request}\\n{origin}\\n"
def put(name, text, mode=0o600):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, mode)
    os.write(fd, text.encode() if isinstance(text, str) else text)
    os.close(fd)
def token(number):
    return f"{number:032x}"
def quietly(do, *arguments):
    try:
        do(*arguments)
    except OSError:
        pass
`

/** Writes one letter by hand, as the dispatcher would, and prints what the intake answers. */
export function letterOf(request: string, ticks: string, port = '22'): string {
  return `${common}
os.chdir(INBOX)
name = os.urandom(16).hex()
fd = os.open(".", os.O_WRONLY | os.O_TMPFILE, 0o600)
os.write(fd, letter(name, request="${request}", origin="${ticks} ${port}").encode())
where = os.open(".", os.O_PATH)
os.link(f"/proc/self/fd/{fd}", name, src_dir_fd=where, dst_dir_fd=where, follow_symlinks=True)
os.close(fd)
answer, until = "/run/vps-deploy/answers/" + name, time.monotonic() + 20
while time.monotonic() < until and not os.path.exists(answer):
    time.sleep(0.01)
print(open(answer).read())
`
}

/**
 * Letters that must not count, each with a token of its own, so that an answer gives away which one did; number 0,
 * the last to come, is a good one. Prints those that were answered.
 */
export const forgedLetters = `${common}
out = "/dev/shm/outside"
os.makedirs(out, exist_ok=True)
os.chdir(INBOX)
held = []
def symlink(t):
    put(f"{out}/{t}", letter(t)); os.symlink(f"{out}/{t}", t)
def hard_link(t):
    put(t, letter(t)); os.mkdir(t + "-d"); os.link(t, f"{t}-d/again")
def in_directory(t):
    os.mkdir(t); put(f"{t}/{t}", letter(t))
def in_taken(t):
    os.mkdir(f".taken-{t}", 0o700); put(f".taken-{t}/00000000000000000000.000000-0", letter(t))
def taken_link(t):
    os.makedirs(f"{out}/{t}.d"); put(f"{out}/{t}.d/{t}", letter(t)); os.symlink(f"{out}/{t}.d", f".taken-{t}")
def fifo_with_writer(t):
    os.mkfifo(t); fd = os.open(t, os.O_RDWR); os.write(fd, letter(t).encode()); held.append(fd)
def fifo_with_nobody(t):
    os.mkfifo(t)
def bound_socket(t):
    s = socket.socket(socket.AF_UNIX); s.bind(t); s.listen(); held.append(s)
def leased(t):
    put(t, letter(t)); fd = os.open(t, os.O_RDWR); fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK); held.append(fd)
def long_ago(t):
    put(t, letter(t)); os.utime(t, (1, 1))
def of_tomorrow(t):
    put(t, letter(t)); os.utime(t, (time.time() + 86400,) * 2)
def too_long(t):
    room = 512 - len(letter(t, request="")); put(t, letter(t, request="a" * room) + "x")
def sparse(t):
    put(t, letter(t)); os.truncate(t, 1 << 40)
def with_more_lines(t):
    put(t, letter(t) + letter(t))
def without_end(t):
    put(t, letter(t).rstrip())
def version_2(t):
    put(t, letter(t, version="2"))
def version_none(t):
    put(t, letter(t).removeprefix("1 "))
def token_path(t):
    put(t, letter("../../../dev/shm/" + t[17:]))
def token_short(t):
    put(t, letter(t[1:]))
def token_upper(t):
    put(t, letter("A" * 32))
def ticks_no_number(t):
    put(t, letter(t, origin="soon 22"))
def ticks_negative(t):
    put(t, letter(t, origin="-1 22"))
def ticks_long(t):
    put(t, letter(t, origin="9" * 40 + " 22"))
def nul(t):
    put(t, letter(t, origin="5 22\\0"))
def not_ascii(t):
    put(t, letter(t, request="abort nosuch-dépl"))
kinds = [symlink, hard_link, in_directory, in_taken, taken_link, fifo_with_writer, fifo_with_nobody, bound_socket, leased,
    long_ago, of_tomorrow, too_long, sparse, with_more_lines, without_end, version_2, version_none, token_path,
    token_short, token_upper, ticks_no_number, ticks_negative, ticks_long, nul, not_ascii]
for number, kind in enumerate(kinds, 1):
    kind(token(number))
signal.signal(signal.SIGIO, signal.SIG_IGN)
put(token(0), letter(token(0)))
answers = "/run/vps-deploy/answers/"
until = time.monotonic() + 20
while time.monotonic() < until and not os.path.exists(answers + token(0)):
    time.sleep(0.01)
time.sleep(0.5)
print([kind.__name__ for number, kind in enumerate(kinds, 1) if os.path.exists(answers + token(number))])
`

/** Things that only have to go, whatever they are; each holds the content nobody may show. */
export const rubbish = `${common}
os.chdir(INBOX)
for number, target in enumerate(("/etc/shadow", "/dev/zero", "/dev/kmsg", "/proc/kcore", "/nowhere", ".", "loop8", "/srv/precious")):
    quietly(os.symlink, target, f"loop{number}")
def deep(name, levels):
    os.mkdir(name)
    fd = os.open(name, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("x" * 255, dir_fd=fd)
        inner = os.open("x" * 255, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
quietly(deep, "deep", 60)
quietly(os.mkdir, "closed", 0)
quietly(os.mkdir, "full")
for number in range(20):
    quietly(put, f"full/{number}", CONTENT)
quietly(os.chmod, "full", 0)
quietly(put, "closed-file", CONTENT, 0)
quietly(put, "sets-ids", CONTENT, 0o6777)
quietly(put, "-rf *", CONTENT)
quietly(put, "new\\nline", CONTENT)
quietly(put, b"\\xff\\xfe", CONTENT)
quietly(put, "y" * 255, CONTENT)
quietly(put, "::set-output name=x::" + CONTENT, CONTENT)
quietly(put, "large", CONTENT.encode() * 20000)
held = open("sparse", "w"); held.truncate(1 << 40)
for number in range(400):
    quietly(put, f"file-{number}", "" if number % 3 else CONTENT)
print(len(os.listdir("/proc/self/fd")))
`

/** Takes every inode of the inbox and keeps it: what is open stays, whoever removes its name. Ends with its stdin. */
export const hoard = `${common}
os.chdir(INBOX)
held = []
until = time.monotonic() + 1
while time.monotonic() < until:
    try:
        held.append(os.open(token(len(held)), os.O_RDWR | os.O_CREAT))
    except OSError:
        time.sleep(0.005)
put("/dev/shm/hoarded", str(len(held)))
signal.pause()
`

/** Goes on until it is killed: everything at once, and files that change while they are read. */
export const hammer = `${common}
import random
os.chdir(INBOX)
stop = time.monotonic() + float(sys.argv[1])
chance = random.Random(int(sys.argv[2]))
held = []
def rewritten(name):
    put(name, letter(name))
    held.append(os.open(name, os.O_RDWR))
def directory(name):
    os.mkdir(name)
    held.append(os.open(name, os.O_RDONLY))
def change():
    fd = chance.choice(held)
    quietly(chance.choice((lambda: os.ftruncate(fd, chance.randrange(1 << 20)), lambda: os.ftruncate(fd, 0),
        lambda: os.mkdir(token(chance.randrange(1 << 60)), dir_fd=fd), lambda: os.pwrite(fd, CONTENT.encode(), 0))))
kinds = [rewritten, directory, lambda name: os.symlink("/etc/shadow", name), os.mkfifo,
    lambda name: put(name, CONTENT * 20), lambda name: os.rename(token(chance.randrange(1 << 60)), name),
    lambda name: put(name, letter(token(chance.randrange(1 << 60)))), lambda name: os.mkdir(f".taken-{name}", 0o700)]
while time.monotonic() < stop:
    quietly(chance.choice(kinds), token(chance.randrange(1 << 60)))
    if held:
        change()
    while len(held) > 30:
        os.close(held.pop(0))
    time.sleep(chance.random() / 500)
`
