"""Memory that one step frees is there for the next."""

import torch

LARGEST_KEPT = 2**25 - 2**13
"""Just under the 32 MiB above which the GNU C library keeps no block, in bytes."""


def keep_freed_memory() -> None:
    """Have the C library keep the memory of freed tensors, up to some 64 MiB of them.

    The GNU one gives large blocks back to the system at once and takes them again page by page,
    a third of the time of a step of many runs, until it has seen a large block being freed: from
    that it learns that such blocks come and go. This one is never written to, so it costs nothing;
    where another library is at work, nothing happens.
    """
    torch.empty(LARGEST_KEPT, dtype=torch.uint8)
