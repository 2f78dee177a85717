"""Keeping a process's memory to itself: no core dumps, no debugger of the same user, not written to swap."""

import ctypes
import sys

_PR_SET_DUMPABLE = 4
_MCL_CURRENT_AND_FUTURE = 3


def protect() -> bool:
    """Do what the system allows; gives whether the memory is locked, too."""
    if sys.platform != "linux":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    # With a limit, locking all that is to come would make later allocations fail.
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        return False
    return bool(system.mlockall(_MCL_CURRENT_AND_FUTURE) == 0)
