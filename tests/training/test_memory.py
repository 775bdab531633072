"""Memory of freed tensors stays with the process."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import resource, torch
from fairmoe.training.memory import keep_freed_memory
{call}
for turn in range(20):
    if turn == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is known to give it back")
def test_a_large_block_is_not_mapped_anew_each_time():
    faults = [
        int(subprocess.check_output([sys.executable, "-c", COUNT.format(call=call)], text=True))
        for call in ("keep_freed_memory()", "")
    ]
    # 4 MiB are 1,024 pages, or 2 large ones; 18 times they are taken.
    assert faults[0] < 18
    assert faults[0] < faults[1]
