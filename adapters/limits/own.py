"""What a process takes from itself before it touches anything of a stranger's. Imports the standard library alone."""

import contextlib
import ctypes
import resource

NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET, see unshare(2)


def limit_itself(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """Bound what this process can use from now on; whatever loops or grows for ever ends it."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS does not know this one; the clock still holds
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def leave_network() -> None:
    """Enter an empty network of its own where the system allows it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(NEW_USER_AND_NETWORK)
