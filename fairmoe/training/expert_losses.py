"""The losses of a step of phase 1, composed from the equations."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from fairmoe.explain import Explainer
from fairmoe.functional.attention import attention_loss, mean_attention, mean_path_attention
from fairmoe.functional.losses import (
    adversarial_loss,
    cross_entropy_loss,
    demographic_parity_loss,
    equal_opportunity_loss,
    fairness_loss,
    procedural_expert_loss,
    representation_loss,
    result_expert_loss,
)
from fairmoe.nn import N_EXPERTS, AdversaryStack, Experts, ExpertStack
from fairmoe.training.batches import Batch, of_rows
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.members import Members


class StepLosses(NamedTuple):
    """The losses of a stack of experts in one step, and what adversaries see.

    Attributes:
        utility: **Shape** `(a,)`. (5) of the utility experts.
        result: **Shape** `(b,)`. (7) of the result experts; in the warm-up cross-entropy alone.
        procedural: **Shape** `(c,)`. (18) of the procedural experts; likewise.
        adversaries: **Shape** `(c,)`. (22).
        adversary_view: **Shape** `(c, n, i)`. Of the batch's own rows, without a graph.
    """

    utility: Tensor
    result: Tensor
    procedural: Tensor
    adversaries: Tensor
    adversary_view: Tensor


class ExpertLosses:
    """Computes the losses of a stack of experts; their `backward` gives each its gradient.

    Members lie in three blocks: `a` utility, `b` result, `c` procedural experts. As no weight is
    shared, the gradient of the sum of all losses is, for each member, that of its own.

    Args:
        members: The settings of the experts.
        experts: Their weights.
        adversaries: Of the procedural experts.
        explainer: Attributes log-odds in the attention loss.
    """

    def __init__(
        self,
        members: Members,
        experts: ExpertStack,
        adversaries: AdversaryStack,
        explainer: Explainer,
    ) -> None:
        self._experts, self._adversaries, self._explainer = experts, adversaries, explainer
        self.turn_to(members)
        self._indicator: Tensor | None = None
        if explainer.n_columns < len(explainer.column_of):
            parts = one_hot(explainer.column_of, explainer.n_columns)
            self._indicator = parts.to(explainer.baseline.dtype)

    def turn_to(self, members: Members) -> None:
        """Go on with other members of the same seeds, which the same modules now hold."""
        self._members = members
        self._of_result = self._values(1, "lambda_rep", "lambda_fair")
        self._of_procedural = self._values(2, "lambda_attention", "lambda_adv")
        self._reversal = self._values(2, "lambda_grl")["lambda_grl"][:, None, None]
        # Asked of the settings, for a step must not wait for the device to answer.
        self._attentive = any(one.lambda_attention for one in members.blocks[2])
        self._drops = any(one.dropout for one in members.settings)
        self._dropout = members.values("dropout")[:, None, None]
        self._left = 1 - self._dropout
        self._draw_of = members.block_of.to(members.device), members.seeds()[1].to(members.device)
        # The three experts of one run take its draws as they are.
        one_seed = len(members.seeds()[0]) == 1
        self._alone = one_seed and members.block_of.tolist() == list(range(N_EXPERTS))

    def _values(self, block: int, *names: str) -> dict[str, Tensor]:
        """Return what the members of a block have of some settings, each **Shape** `(k,)`."""
        return {name: self._members.split(self._members.values(name))[block] for name in names}

    def reseed(self, stream: int) -> None:
        """Start the draws of dropout and of explained rows anew, from a stream of the seeds."""
        self._dropout_generators = self._members.generators(stream, self._members.device)
        self._row_generator = torch.Generator().manual_seed(stream)

    def __call__(self, batch: Batch, sample: GroupSample, *, full: bool) -> StepLosses:
        """Return the losses of a step.

        NOTE[DIFF]: in the warm-up the adversaries learn already; nothing of them comes back to the
        experts, who learn from cross-entropy alone.

        Args:
            batch: The rows. Those that come again count in the means over groups alone.
            sample: Of the batch, for the attention loss.
            full: Whether to take the full losses in place of cross-entropy.
        """
        experts, own = self._weights(), batch.own
        before = experts.first_layer(batch.x)
        outputs = experts.outputs(before, self._draw_dropout(len(batch.x)))
        logits = _of_own(outputs.logits, batch)
        utility, result, procedural = self._by_expert(
            cross_entropy_loss(logits, batch.y[own], of_rows(batch.weights, own))
        )
        _, hidden_of_result, hidden = self._by_expert(outputs.hidden)
        view = self._adversary_view(_of_own(hidden, batch), self._by_expert(logits)[2])
        adversaries = self._adversarial_loss(view if full else view.detach(), batch)
        if full:
            proba = self._by_expert(outputs.log_odds)[1].sigmoid()
            result = self._result_loss(result, hidden_of_result, proba, batch)
            procedural = procedural_expert_loss(
                procedural,
                self._attention_loss(sample, self._by_expert(before)[2]),
                adversaries,
                **self._of_procedural,
            )
        return StepLosses(utility, result, procedural, adversaries, view.detach())

    @torch.no_grad()
    def adversary_view(self, batch: Batch) -> Tensor:
        """Return what the adversaries see of a batch's own rows, **Shape** `(c, n, i)`."""
        experts = self._procedural()
        outputs = experts.outputs(experts.first_layer(batch.x[batch.own]))
        return self._adversary_view(outputs.hidden, outputs.logits)

    def _weights(self) -> Experts:
        """Return the experts, whose thresholds are at one half while they are trained."""
        return Experts(*self._experts.layers(), self._experts.slope)

    def _procedural(self) -> Experts:
        weight1, bias1, weight2, bias2 = (
            self._by_expert(layer)[2] for layer in self._experts.layers()
        )
        return Experts(weight1, bias1, weight2, bias2, self._experts.slope)

    def _by_expert(self, values: Tensor) -> tuple[Tensor, ...]:
        return self._members.split(values)

    def _result_loss(
        self, cross_entropy: Tensor, hidden: Tensor, proba: Tensor, batch: Batch
    ) -> Tensor:
        return result_expert_loss(
            cross_entropy,
            representation_loss(hidden, batch.averaging),
            fairness_loss(
                demographic_parity_loss(proba, batch.averaging),
                equal_opportunity_loss(proba, batch.averaging_positives),
            ),
            **self._of_result,
        )

    def _adversary_view(self, hidden: Tensor, logits: Tensor) -> Tensor:
        probabilities = self._members.shared.adversary_input == "probabilities"
        return self._adversaries.view(hidden, logits.mT.softmax(-2).mT if probabilities else logits)

    def _adversarial_loss(self, view: Tensor, batch: Batch) -> Tensor:
        """Return (22) with adversaries who stand still: only what they see is drawn along."""
        by_hidden, by_output = self._adversaries(view, self._reversal, frozen=True)
        own = batch.own
        return adversarial_loss(
            by_hidden, by_output, batch.group[own], of_rows(batch.group_weights, own)
        )

    def _attention_loss(self, sample: GroupSample, before: Tensor) -> Tensor:
        """Return (19) of the procedural experts.

        Args:
            sample: Of the batch.
            before: **Shape** `(c, n, h)`. Their first layer for the whole batch.
        """
        if not self._attentive:
            return torch.zeros_like(self._of_procedural["lambda_attention"])
        experts, explainer = self._procedural(), self._explainer
        if explainer.method != "integrated_gradients":
            rows = sample.draw(self._row_generator)
            attributions = explainer.attributions(experts, rows)
            return attention_loss(mean_attention(attributions, sample.averaging))
        rows, distance = sample.draw_from(explainer.baseline, self._row_generator)
        if not sample.whole:
            before = experts.first_layer(rows)
        of_groups = mean_path_attention(
            experts.path_weights(before, explainer.baseline),
            experts.weight1,
            distance,
            sample.averaging,
            indicator=self._indicator,
        )
        return attention_loss(of_groups)

    def _draw_dropout(self, n: int) -> Tensor | None:
        """Draw what dropout multiplies hidden units with; runs of one seed share their draws."""
        if not self._drops:
            return None
        shape = (N_EXPERTS, self._members.shared.hidden, n)
        draws = [
            torch.rand(shape, generator=generator, device=self._members.device)
            for generator in self._dropout_generators
        ]
        kept = draws[0] if self._alone else torch.stack(draws, 1)[self._draw_of]
        return kept.ge_(self._dropout).div_(self._left).mT


def _of_own(values: Tensor, batch: Batch) -> Tensor:
    """Return what the batch's own rows have of values **Shape** `(m, n, ...)` of all its rows."""
    return values if len(batch.x) == batch.member.shape[1] else values[:, batch.own]
