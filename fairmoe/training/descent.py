"""One step of phase 1: the losses of the three experts, and their gradients by hand."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from fairmoe.explain import Explainer
from fairmoe.functional.attention import attention_loss
from fairmoe.functional.gradients import (
    cross_entropy_gradient,
    gap_gradient,
    representation_gradient,
)
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
from fairmoe.functional.path_attention import path_attention
from fairmoe.nn import N_EXPERTS, AdversaryStack, ExpertOutputs, Experts, ExpertStack
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch, GroupSample
from fairmoe.training.stack import STREAMS, Stack


class Descent:
    """Computes what a step of the experts of a stack of runs needs.

    Members lie in three blocks of `k` runs: utility, result, procedural. As no weight is shared,
    each member gets the gradient of its own loss.

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
        runs = len(stack)
        self._blocks = [slice(start, start + runs) for start in range(0, N_EXPERTS * runs, runs)]
        self._lambdas = {
            name: stack.values(name)
            for name in ("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv")
        }
        # Asked of the settings, for a step must not wait for the device to answer.
        self._attentive = any(one.lambda_attention for one in stack.settings)
        self._drops = any(one.dropout for one in stack.settings)
        self._reversal = (stack.values("lambda_grl") * self._lambdas["lambda_adv"])[:, None, None]
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

    @torch.no_grad()
    def train_adversaries(self, optimizer: Adam, batch: Batch) -> None:
        """Let the adversaries catch up with the experts, who stand still meanwhile.

        NOTE[DIFF]: the source has the joint step only, which `adversary_steps=0` leaves.
        """
        experts = self._weights(self._blocks[2])
        outputs = experts.outputs(experts.first_layer(batch.x[batch.own]))
        shown = self._adversaries.shown(outputs.hidden, self._said(outputs.logits))
        for _ in range(self._stack.shared.adversary_steps):
            self._adversaries.put_gradients(shown, batch.member)
            optimizer.step()

    @torch.no_grad()
    def add_gradients(
        self, batch: Batch, sample: GroupSample, *, full: bool, frozen: int = 0
    ) -> dict[str, Tensor]:
        """Add the gradients of the experts to `grad`, and put those of their adversaries there.

        NOTE[DIFF]: in the warm-up the adversaries learn already; nothing of them comes back to the
        experts, who learn from cross-entropy alone. The adversaries descend their own loss (22) as
        it is; `lambda_adv` weighs what comes back of it. In the source it multiplies both; for the
        adversaries that changes nothing, as a constant factor leaves the steps of Adam as they are.

        Args:
            batch: The rows.
            sample: Of the batch, for the attention loss.
            full: Whether to take the full losses in place of cross-entropy.
            frozen: How many of the first members get a gradient of zero.

        Returns:
            The losses of the experts, and of the adversaries alone, each **Shape** `(k,)`.
        """
        experts, (_, result, procedural) = self._experts, self._blocks
        keep, own, y = self._keep(len(batch.x)), batch.own, batch.y[batch.own]
        weights = self._weights()
        before = weights.first_layer(batch.x)
        outputs = weights.outputs(before, keep)
        proba = outputs.log_odds.sigmoid()
        entropy = cross_entropy_loss(outputs.logits[:, own], y)
        losses = list(torch.split(entropy, len(self._stack)))
        # What follows cross-entropy and the adversaries is zero for rows that come again.
        into_log_odds = torch.zeros_like(proba)
        into_log_odds[frozen:, own] = cross_entropy_gradient(proba[frozen:, own], y)
        if full:
            losses[1] = self._result_loss(losses[1], outputs, proba[result], batch)
            half = self._lambdas["lambda_fair"][:, None] / 2
            for averaging in (batch.averaging, batch.averaging_positives):
                into_log_odds[result].addcmul_(half, gap_gradient(proba[result], averaging))
        into_logits = torch.stack([-into_log_odds, into_log_odds], 1).mT
        seen = ExpertOutputs(*(part[procedural, own] for part in outputs))
        shown = self._adversaries.shown(seen.hidden, self._said(seen.logits))
        (by_hidden, by_output), error = self._adversaries.put_gradients(shown, batch.member)
        adversaries = adversarial_loss(by_hidden, by_output, batch.group[own])
        if full:
            turned, into_said = self._adversaries.into_shown(error, self._reversal)
            into_logits[procedural, own] += self._through_said(seen.logits, into_said)
        into_hidden = experts.add_second_layer(outputs, into_logits, keep)
        if full:
            into_hidden[procedural, own] += turned
            strength = self._lambdas["lambda_rep"][:, None, None]
            into_hidden[result].addcmul_(
                strength, representation_gradient(outputs.hidden[result], batch.averaging)
            )
        into_before = experts.through_activation(outputs.hidden, into_hidden)
        if full:
            losses[2] = procedural_expert_loss(
                losses[2],
                self._add_attention(sample, before[procedural], into_before[procedural]),
                adversaries,
                lambda_attention=self._lambdas["lambda_attention"],
                lambda_adv=self._lambdas["lambda_adv"],
            )
        experts.add_first_layer(batch.x, into_before)
        names = ("utility", "result", "procedural", "adversaries")
        return dict(zip(names, [*losses, adversaries], strict=True))

    def _result_loss(
        self, cross_entropy: Tensor, outputs: ExpertOutputs, proba: Tensor, batch: Batch
    ) -> Tensor:
        fairness = fairness_loss(
            demographic_parity_loss(proba, batch.averaging),
            equal_opportunity_loss(proba, batch.averaging_positives),
        )
        return result_expert_loss(
            cross_entropy,
            representation_loss(outputs.hidden[self._blocks[1]], batch.averaging),
            fairness,
            lambda_rep=self._lambdas["lambda_rep"],
            lambda_fair=self._lambdas["lambda_fair"],
        )

    def _weights(self, members: slice = slice(None)) -> Experts:
        """Return some of the experts, whose thresholds are at one half while they are trained."""
        weight1, bias1, weight2, bias2 = (p[members] for p in self._experts.layers())
        return Experts(weight1, bias1, weight2, bias2, self._experts.slope)

    def _said(self, logits: Tensor) -> Tensor:
        """Return what the second adversary sees, **Shape** `(k, n, 2)`."""
        if self._stack.shared.adversary_input == "probabilities":
            return logits.mT.softmax(-2).mT
        return logits

    def _through_said(self, logits: Tensor, into_said: Tensor) -> Tensor:
        """Return the gradient in the logits from that in what the second adversary sees."""
        if self._stack.shared.adversary_input == "logits":
            return into_said
        proba, into_proba = self._said(logits).mT, into_said.mT
        return (proba * (into_proba - (proba * into_proba).sum(1, keepdim=True))).mT

    def _add_attention(self, sample: GroupSample, before: Tensor, into_before: Tensor) -> Tensor:
        """Return the attention loss of the procedural experts, and add its gradients.

        Those that come by way of the batch's hidden units are added to `into_before`, if the
        sample is the whole batch.
        """
        lambdas, explainer = self._lambdas["lambda_attention"], self._explainer
        if not self._attentive:
            return torch.zeros_like(lambdas)
        procedural = self._blocks[2]
        if explainer.method != "integrated_gradients":
            with torch.enable_grad():
                rows = sample.draw(self._row_generator)
                attributions = explainer.attributions(self._weights(procedural), rows)
                loss = attention_loss(attributions, sample.averaging)
                torch.autograd.backward((lambdas * loss).sum())
            return loss.detach()
        weights, baseline = self._weights(procedural), explainer.baseline[None]
        rows, distance = sample.draw_from(explainer.baseline, self._row_generator)
        found = path_attention(
            weights.weight1,
            (before if sample.whole else weights.first_layer(rows)).mT,
            weights.first_layer(baseline).mT,
            weights.weight2[:, 1] - weights.weight2[:, 0],
            distance,
            sample.averaging,
            strength=lambdas,
            indicator=self._indicator,
            slope=weights.slope,
        )
        self._experts.add_attention(found, procedural)
        self._experts.add_first_layer(baseline, found.into_start.mT, procedural)
        if sample.whole:
            into_before.add_(found.into_before.mT)
        else:
            self._experts.add_first_layer(rows, found.into_before.mT, procedural)
        return found.loss

    def _keep(self, n: int) -> Tensor | None:
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
