"""What the attention loss adds to a training step of one expert: on all rows, and on a sample."""

from collections.abc import Callable

import torch

from benchmarks.measure import Claim, Measured, alternate, median, ratio
from fairmoe.explain import ROWS_IN_LOSS
from fairmoe.functional.attention import attention_loss, path_attention_loss
from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.losses import cross_entropy_loss
from fairmoe.nn import ExpertStack
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch, GroupSample

ROWS, COLUMNS, HIDDEN = 20_000, 77, 8
DRAWS = 200


def measure() -> Measured:
    """Time a step with and without the attention loss, and the bias of sampling rows for it."""
    x, y, group = _random_rows()
    averaging = averaging_matrix(group, 2)
    member = torch.nn.functional.one_hot(group, 2).float().T
    batch = Batch(x, y, group, member, averaging, averaging_matrix(group, 2, among=y == 1))
    stack = ExpertStack(COLUMNS, HIDDEN, slope=0.01, generators=[torch.Generator().manual_seed(0)])
    adam = Adam([stack], learning_rate=1e-2, weight_decay=torch.zeros(1))
    baseline, columns = x.mean(0), torch.arange(COLUMNS)
    sampled_rows = ROWS_IN_LOSS["integrated_gradients"]
    whole, sample = GroupSample(batch, ROWS), GroupSample(batch, sampled_rows)
    draws = torch.Generator().manual_seed(0)

    def attention(sample: GroupSample) -> torch.Tensor:
        rows = sample.draw(draws)
        experts = stack.part()
        return path_attention_loss(
            experts.path_weights(experts.first_layer(rows), baseline),
            experts.weight1,
            rows - baseline,
            sample.averaging,
            column_of=columns,
            n_columns=COLUMNS,
        )

    def by_autograd() -> torch.Tensor:
        experts = stack.part()
        gradients = experts.path_weights(experts.first_layer(x), baseline) @ experts.weight1
        return attention_loss((x - baseline) * gradients, averaging)

    def step(loss_of_attention: Callable[[], torch.Tensor] | None) -> None:
        adam.clear()
        experts = stack.part()
        loss = cross_entropy_loss(experts.outputs(experts.first_layer(x)).logits, y)
        if loss_of_attention:
            loss = loss + loss_of_attention()
        loss.sum().backward()
        adam.step()

    seconds = alternate(
        {
            "without": lambda: step(None),
            "all rows": lambda: step(lambda: attention(whole)),
            "sample": lambda: step(lambda: attention(sample)),
            "all rows, by autograd": lambda: step(by_autograd),
        }
    )
    with torch.no_grad():
        exact = attention(whole).item()
        sampled = torch.cat([attention(sample) for _ in range(DRAWS)])
    bias, deviation = sampled.mean().item() - exact, sampled.std().item()
    rows = [
        {
            "step": way,
            "milliseconds": 1000 * median(seconds, way),
            "ratio to without": ratio(seconds, way, "without"),
        }
        for way in seconds
    ]
    return Measured(
        rows,
        [
            Claim(
                "all rows, times the step without", ratio(seconds, "all rows", "without"), bound=3
            ),
            Claim(
                f"a sample of {sampled_rows} rows, times the step without",
                ratio(seconds, "sample", "without"),
                bound=1.3,
            ),
        ],
        [
            f"{ROWS} rows, {COLUMNS} columns, one expert of {HIDDEN} hidden units",
            f"the attention loss of all rows is {exact:.5f} nats; over {DRAWS} samples its mean is "
            f"{bias:+.5f} off, with a deviation of {deviation:.5f}",
        ],
    )


def _random_rows() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return rows, labels that rest on their first columns, and two groups that the rows betray."""
    generator = torch.Generator().manual_seed(0)
    group = torch.randint(0, 2, (ROWS,), generator=generator)
    x = torch.randn(ROWS, COLUMNS, generator=generator)
    x[:, :4] += 0.5 * group[:, None]
    y = (x[:, :8].sum(1) + torch.randn(ROWS, generator=generator) > 0).long()
    return x, y, group
