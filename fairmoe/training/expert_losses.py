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
from fairmoe.training.batches import Batch, GroupSample, of_rows
from fairmoe.training.stack import STREAMS, Stack


class StepLosses(NamedTuple):
    """The losses of `k` runs in one step, each **Shape** `(k,)`, and what adversaries see.

    Attributes:
        utility: (5).
        result: (7); in the warm-up its cross-entropy alone.
        procedural: (18); in the warm-up its cross-entropy alone.
        adversaries: (22).
        adversary_view: **Shape** `(k, n, i)`. Of the batch's own rows, without a graph.
    """

    utility: Tensor
    result: Tensor
    procedural: Tensor
    adversaries: Tensor
    adversary_view: Tensor


class ExpertLosses:
    """Computes the losses of a stack of runs; their `backward` gives each expert its gradient.

    Members lie in three blocks of `k` runs: utility, result, procedural. As no weight is shared,
    the gradient of the sum of all losses is, for each member, that of its own.

    Args:
        stack: The settings of the `k` runs.
        experts: The `3 k` experts.
        adversaries: Of the procedural experts.
        explainer: Attributes log-odds in the attention loss.
    """

    def __init__(
        self,
        stack: Stack,
        experts: ExpertStack,
        adversaries: AdversaryStack,
        explainer: Explainer,
    ) -> None:
        self._stack, self._experts, self._explainer = stack, experts, explainer
        self._adversaries = adversaries
        self._lambdas = {
            name: stack.values(name)
            for name in ("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv")
        }
        self._reversal = stack.values("lambda_grl")[:, None, None]
        # Asked of the settings, for a step must not wait for the device to answer.
        self._attentive = any(one.lambda_attention for one in stack.settings)
        self._drops = any(one.dropout for one in stack.settings)
        self._dropout = stack.values("dropout").repeat(N_EXPERTS)[:, None, None]
        self._indicator: Tensor | None = None
        if explainer.n_columns < len(explainer.column_of):
            parts = one_hot(explainer.column_of, explainer.n_columns)
            self._indicator = parts.to(explainer.baseline.dtype)

    def reseed(self, stream: int) -> None:
        """Start the draws of dropout and of explained rows anew, from a stream of the seeds."""
        seeds, self._seed_of = self._stack.seeds()
        self._dropout_generators = [
            torch.Generator(self._stack.device).manual_seed(seed * STREAMS + stream)
            for seed in seeds
        ]
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
        utility, result, procedural = self._by_expert(
            cross_entropy_loss(outputs.logits[:, own], batch.y[own], of_rows(batch.weights, own))
        )
        _, hidden_of_result, hidden = self._by_expert(outputs.hidden)
        view = self._adversary_view(hidden[:, own], self._by_expert(outputs.logits)[2][:, own])
        adversaries = self._adversarial_loss(view if full else view.detach(), batch)
        if full:
            proba = self._by_expert(outputs.log_odds)[1].sigmoid()
            result = self._result_loss(result, hidden_of_result, proba, batch)
            procedural = procedural_expert_loss(
                procedural,
                self._attention_loss(sample, self._by_expert(before)[2]),
                adversaries,
                lambda_attention=self._lambdas["lambda_attention"],
                lambda_adv=self._lambdas["lambda_adv"],
            )
        return StepLosses(utility, result, procedural, adversaries, view.detach())

    @torch.no_grad()
    def adversary_view(self, batch: Batch) -> Tensor:
        """Return what the adversaries see of a batch's own rows, **Shape** `(k, n, i)`."""
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
        return torch.split(values, len(self._stack))

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
            lambda_rep=self._lambdas["lambda_rep"],
            lambda_fair=self._lambdas["lambda_fair"],
        )

    def _adversary_view(self, hidden: Tensor, logits: Tensor) -> Tensor:
        probabilities = self._stack.shared.adversary_input == "probabilities"
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
            before: **Shape** `(k, n, h)`. Their first layer for the whole batch.
        """
        if not self._attentive:
            return torch.zeros_like(self._lambdas["lambda_attention"])
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
        shape = (N_EXPERTS, self._stack.shared.hidden, n)
        draws = torch.stack(
            [
                torch.rand(shape, generator=generator, device=self._stack.device)
                for generator in self._dropout_generators
            ],
            dim=1,
        )
        kept = draws[:, self._seed_of].flatten(0, 1).ge_(self._dropout)
        return kept.div_(1 - self._dropout).mT
