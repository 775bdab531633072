"""Memory of freed tensors stays with the process."""

import os
import platform
import subprocess
import sys

import pytest

from fairmoe.config import Settings
from fairmoe.training import train_experts

COUNT = """
import resource, torch
from fairmoe.training.memory import keep_freed_memory

def page_faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for megabytes in range(1, 31):
        torch.ones(megabytes * 2**18)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

given_back = page_faults()
keep_freed_memory()
print(page_faults(), given_back)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is known to give it back")
@pytest.mark.slow
def test_a_block_takes_the_memory_of_those_before_it():
    told_otherwise = ("GLIBC_TUNABLES", "LD_PRELOAD", "MALLOC_")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(told_otherwise)}

    told = subprocess.check_output([sys.executable, "-c", COUNT], text=True, env=plain)
    kept, given_back = map(int, told.split())
    # Each block is a megabyte longer than the one before: 30 in place of 465 are new.
    assert 3 * kept < given_back


def test_whoever_trains_keeps_it(demo, monkeypatch):
    asked = []
    monkeypatch.setattr("fairmoe.training.experts.keep_freed_memory", lambda: asked.append(True))
    train_experts(demo, [Settings(epochs=4)])
    assert asked
