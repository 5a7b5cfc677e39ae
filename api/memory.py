"""Settles the memory of a worker once everything is loaded."""

import contextlib
import ctypes
import gc


def settle_memory() -> None:
    """Give back what only loading needed, and keep the collector away from what stays for ever.

    Compiling the knowledge needs over 100 MB that the C library would otherwise keep; walking what was loaded again and
    again would make some answers late.
    """
    gc.collect()
    gc.freeze()
    # Only glibc has it.
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
