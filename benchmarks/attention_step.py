"""What the attention loss adds to a training step of one expert: on all rows, and on a sample."""

import torch

from benchmarks.measure import Claim, Measured, alternate, median, ratio
from fairmoe.explain import ROWS_IN_LOSS
from fairmoe.functional.attention import attention_loss
from fairmoe.functional.gradients import cross_entropy_gradient
from fairmoe.functional.groups import averaging_matrix
from fairmoe.functional.losses import cross_entropy_loss
from fairmoe.functional.path_attention import PathAttention, path_attention
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
    adam = Adam(stack, learning_rate=1e-2, weight_decay=torch.zeros(1))
    baseline, strength = x.mean(0), torch.ones(1)
    sampled_rows = ROWS_IN_LOSS["integrated_gradients"]
    whole, sample = GroupSample(batch, ROWS), GroupSample(batch, sampled_rows)
    draws = torch.Generator().manual_seed(0)

    def attention(sample: GroupSample, before: torch.Tensor | None = None) -> PathAttention:
        experts = stack.part()
        rows, distance = sample.draw_from(baseline, draws)
        found = path_attention(
            experts.weight1,
            (experts.first_layer(rows) if before is None else before).mT,
            experts.first_layer(baseline[None]).mT,
            experts.weight2[:, 1] - experts.weight2[:, 0],
            distance,
            sample.averaging,
            strength=strength,
            indicator=None,
            slope=stack.slope,
        )
        stack.add_attention(found, slice(None))
        stack.add_first_layer(baseline[None], found.into_start.mT)
        if not sample.whole:
            stack.add_first_layer(rows, found.into_before.mT)
        return found

    @torch.no_grad()
    def step(sample: GroupSample | None) -> None:
        adam.clear()
        experts = stack.part()
        before = experts.first_layer(x)
        outputs = experts.outputs(before)
        into_log_odds = cross_entropy_gradient(outputs.log_odds.sigmoid(), y)
        into_logits = torch.stack([-into_log_odds, into_log_odds], 1).mT
        into_hidden = stack.add_second_layer(outputs, into_logits)
        into_before = stack.through_activation(outputs.hidden, into_hidden)
        if sample:
            found = attention(sample, before if sample.whole else None)
            if sample.whole:
                into_before.add_(found.into_before.mT)
        stack.add_first_layer(x, into_before)
        adam.step()

    def step_by_autograd(*, attentive: bool) -> None:
        adam.clear()
        experts = stack.part()
        loss = cross_entropy_loss(experts.outputs(experts.first_layer(x)).logits, y)
        if attentive:
            gradients = experts.path_weights(experts.first_layer(x), baseline) @ experts.weight1
            loss = loss + attention_loss((x - baseline) * gradients, averaging)
        loss.sum().backward()
        adam.step()

    seconds = alternate(
        {
            "without": lambda: step(None),
            "all rows": lambda: step(whole),
            "sample": lambda: step(sample),
            "by autograd, without": lambda: step_by_autograd(attentive=False),
            "by autograd, all rows": lambda: step_by_autograd(attentive=True),
        }
    )
    with torch.no_grad():
        exact = attention(whole).loss.item()
        sampled = torch.cat([attention(sample).loss for _ in range(DRAWS)])
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
