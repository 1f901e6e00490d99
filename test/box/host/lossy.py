#!/usr/bin/python3 -IS
"""The cable of a box as a bad one: every packet is late, and some are lost; which ones, the seed says.

  lossy.py HOLDER OUTER OUTER-ADDRESS INNER INNER-ADDRESS LOSS DELAY-MS SEED

Takes the place of the veth pair, with a TUN device at either end, for kernels without netem. Says `ready`, and goes on
until its stdin ends. A TUN device asks for no offloads, so what it hands on are whole packets with their checksums.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LARGEST = 65536


def enter_network(fd: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


def end_of_cable(name: str, address: str) -> int:
    subprocess.run(['ip', 'link', 'delete', name], stderr=subprocess.DEVNULL)
    fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(['ip', 'addr', 'add', address, 'dev', name], check=True)
    subprocess.run(['ip', 'link', 'set', name, 'up'], check=True)
    return fd


def carry(ends: tuple[int, int], loss: float, delay: float, dice: random.Random) -> None:
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    under_way: list[tuple[float, int, int, bytes]] = []
    count = 0
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([*ends, 0], [], [], wait)
        if 0 in readable and not os.read(0, 1):
            return
        for fd in readable:
            if fd != 0 and (packet := taken(fd)) and dice.random() >= loss:
                count += 1
                heapq.heappush(under_way, (time.monotonic() + delay, count, other[fd], packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, fd, packet = heapq.heappop(under_way)
            deliver(fd, packet)


def taken(fd: int) -> bytes:
    try:
        return os.read(fd, LARGEST)
    except BlockingIOError:
        return b''
    except OSError:
        # The device was deleted: the box is no more.
        sys.exit()


def deliver(fd: int, packet: bytes) -> None:
    try:
        os.write(fd, packet)
    except OSError:
        # The end is down, or full: what arrives there is lost, as on any cable.
        pass


def main(holder: str, outer: str, outer_address: str, inner: str, inner_address: str, *how: str) -> None:
    loss, delay, seed = float(how[0]), float(how[1]) / 1000, int(how[2])
    here = os.open('/proc/self/ns/net', os.O_RDONLY)
    near = end_of_cable(outer, outer_address)
    enter_network(os.open(f'/proc/{holder}/ns/net', os.O_RDONLY))
    far = end_of_cable(inner, inner_address)
    enter_network(here)
    print('ready', flush=True)
    carry((near, far), loss, delay, random.Random(seed))


main(*sys.argv[1:])
