"""The public names: all there, and nothing heavy before it is used."""

import subprocess
import sys

import pytest

import fairmoe


def test_every_public_name_can_be_had():
    for name in fairmoe.__all__:
        assert getattr(fairmoe, name).__module__.startswith("fairmoe.")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'fairmoe' has no attribute 'nothing'"):
        _ = fairmoe.nothing


@pytest.mark.slow
def test_reading_a_table_needs_no_torch():
    code = "import sys, fairmoe; fairmoe.demo_table(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
