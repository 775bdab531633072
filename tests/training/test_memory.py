"""Memory of freed tensors stays with the process."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import resource, torch
from fairmoe.training.memory import keep_freed_memory
{call}
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for megabytes in range(1, 17):
    torch.ones(megabytes * 2**18)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is known to give it back")
def test_a_block_takes_the_memory_of_those_before_it():
    kept, given_back = (
        int(subprocess.check_output([sys.executable, "-c", COUNT.format(call=call)], text=True))
        for call in ("keep_freed_memory()", "")
    )
    # Each block is a megabyte longer than the one before: 16 in place of 136 are new.
    assert 3 * kept < given_back
