"""Functions that misbehave in every way a verifier can; the worker tests call them by name."""

import os
import re
import signal
import subprocess
import sys
import time

from rewardlang.verifiers.binding import needs

NUMBER = 7
time.sleep(0.3)  # an import that takes longer than the limit of some tests


def double(number):
    return 2 * number


def sleep_for(seconds):
    time.sleep(seconds)
    return seconds


def spin_if(hang, number):
    """Hangs inside a C function that never lets go of the interpreter."""
    if hang:
        re.match(r"(a+)+$", "a" * 60 + "b")
    return number


def exit_if(code, number):
    if code:
        os._exit(code)
    return number


def kill_itself(number):
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse(number):
    raise ValueError(f"no {number}\nat all")


def leave(number):
    sys.exit(number)


def shout(number):
    print("noise on standard output", number)
    os.write(1, b"raw noise\n")
    subprocess.run([sys.executable, "-c", "print('noise of a child')"], check=True)
    return number


def own_pid(_number):
    return os.getpid()


def read_input(_number):
    return sys.stdin.readline()


def unpicklable(_number):
    return lambda: None


def start_sleeper_and_hang(_number):
    """Leaves a subprocess of its own behind when it is killed."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    os.write(2, f"sleeper {child.pid}\n".encode())
    time.sleep(60)


@needs("no_such_package_here", "impossible")
def needs_the_impossible(_number):
    return 1
