"""What holds of a sweep wherever it is computed."""

import numpy as np

ENDLESS = 100_000
"""So many epochs are not done before the test is."""


def assert_same(one, other):
    for split, scores in other.scores.items():
        assert np.allclose(one.scores[split], scores, atol=1e-5)


def kept(store, prefix):
    return [name for name in store.names() if name.startswith(prefix)]
