r"""Phase 1: three experts per run, trained independently (section 9.1.1).

Members lie in three blocks of `k` runs: utility, result, procedural. Their losses are summed, and
as no weight is shared each member gets exactly the gradient of its own.
"""

import torch
from torch import Tensor

from fairmoe.explain import ROWS_IN_LOSS, Explainer
from fairmoe.functional.attention import attention_loss, path_attention_loss
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
from fairmoe.nn import N_EXPERTS, AdversaryStack, ExpertOutputs, ExpertStack
from fairmoe.progress import Phase
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch, GroupSample
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import Keeper, criterion, score_rows
from fairmoe.training.stack import DROPOUT_STREAM, EXPERT_STREAM, STREAMS, Stack
from fairmoe.training.thresholds import fit_thresholds

CHECKPOINTS = 25
"""How often in a phase the validation rows are scored."""

EXPERT_NAMES = ("utility", "result", "procedural")


class ExpertTrainer:
    """Trains the experts of a stack of runs.

    Args:
        stack: The settings of the `k` runs.
        batches: The training rows.
        validation: The rows to select on.
        n_groups: The number of groups.
        explainer: Attributes log-odds in the attention loss and in the validation score.
    """

    def __init__(
        self,
        stack: Stack,
        batches: list[Batch],
        validation: Batch,
        n_groups: int,
        explainer: Explainer,
    ) -> None:
        shared = stack.shared
        generators = stack.generators(EXPERT_STREAM)
        n_inputs = batches[0].x.shape[1]
        # One generator draws all networks of a run, so that a run does not depend on its stack.
        experts = [
            ExpertStack(n_inputs, shared.hidden, slope=shared.slope, generators=generators)
            for _ in range(N_EXPERTS)
        ]
        self.experts = experts[0]
        for name, parameter in self.experts.named_parameters():
            parameter.data = torch.cat([one.get_parameter(name).data for one in experts])
        self.on_hidden = AdversaryStack(
            shared.hidden, max(4, shared.hidden // 2), n_groups, generators
        )
        self.on_output = AdversaryStack(2, 8, n_groups, generators)
        for module in self.modules():
            module.to(stack.device)
        self._stack, self._batches, self._validation = stack, batches, validation
        self._n_groups, self._explainer = n_groups, explainer
        limit = shared.attention_rows
        most = ROWS_IN_LOSS[explainer.method] if limit == "auto" else limit
        self._samples = [GroupSample(batch, most) for batch in batches]
        self._lambdas = {
            name: stack.values(name)
            for name in ("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv")
        }
        self._reversal = stack.values("lambda_grl")[:, None, None]
        self._dropout = stack.values("dropout").repeat(N_EXPERTS)[:, None, None]
        self.reseed(DROPOUT_STREAM)

    def modules(self) -> tuple[ExpertStack, AdversaryStack, AdversaryStack]:
        """Return what is trained: the experts, and the two adversaries of the procedural ones."""
        return self.experts, self.on_hidden, self.on_output

    def reseed(self, stream: int) -> None:
        """Start the draws of dropout and of explained rows anew, from a stream of the seeds.

        What comes after then does not depend on whether the experts were trained or cached.
        """
        seeds, self._seed_of = self._stack.seeds()
        self._dropout_generators = [
            torch.Generator(self._stack.device).manual_seed(seed * STREAMS + stream)
            for seed in seeds
        ]
        self._row_generator = torch.Generator().manual_seed(stream)

    def train(self, epochs: int, recorder: Recorder) -> None:
        """Train for `epochs`: the first half on cross-entropy, the second on the full losses."""
        warm_up = epochs // 2
        optimizers = self.optimizers()
        runs = len(self._stack)
        keeper = Keeper(self.experts, N_EXPERTS * runs, self._stack.device)
        every = max(1, (epochs - warm_up) // CHECKPOINTS)
        for epoch in range(1, epochs + 1):
            full = epoch > warm_up
            phase: Phase = "experts" if full else "warm-up"
            done, total = (epoch - warm_up, epochs - warm_up) if full else (epoch, warm_up)
            figures = self.epoch(optimizers, full=full, frozen=0)
            recorder.record(phase, done, figures)
            recorder.tell(phase, done, total, figures)
            if full and (done % every == 0 or epoch == epochs):
                scores = self._scores(recorder)
                keeper.offer(self._criterion(scores))
                of_runs = scores["final_score"].view(N_EXPERTS, runs)
                names = (f"validation score of {name}" for name in EXPERT_NAMES)
                recorder.record(phase, done, dict(zip(names, of_runs, strict=True)))
        if self._stack.shared.select == "best":
            keeper.restore()
        self._fit_thresholds()

    def fine_tune(self, epochs: int) -> None:
        """Train the fairness experts a little more; the utility experts stay as they are."""
        frozen = len(self._stack)
        optimizers = self.optimizers(frozen)
        self.experts.threshold.zero_()
        for _ in range(epochs):
            self.epoch(optimizers, full=True, frozen=frozen)
        self._fit_thresholds()

    def optimizers(self, frozen: int = 0) -> tuple[Adam, Adam]:
        """Return one optimizer for the experts and one for their adversaries, at its own rate."""
        shared, decay = self._stack.shared, self._stack.values("weight_decay")
        experts, *adversaries = self.modules()
        return (
            Adam([experts], learning_rate=shared.learning_rate, weight_decay=decay, frozen=frozen),
            Adam(adversaries, learning_rate=shared.adversary_learning_rate, weight_decay=decay),
        )

    def _fit_thresholds(self) -> None:
        if self._stack.shared.threshold == "half":
            return
        rows = self._validation
        with torch.no_grad():
            log_odds = self.experts.part().log_odds(rows.x)
        by_utility = torch.arange(len(log_odds), device=log_odds.device) < len(self._stack)
        self.experts.threshold.copy_(
            fit_thresholds(log_odds, rows.y, rows.group, self._n_groups, by_utility)
        )

    def epoch(self, optimizers: tuple[Adam, Adam], *, full: bool, frozen: int) -> dict[str, Tensor]:
        """Make one step per batch, and return the mean losses by name, each **Shape** `(k,)`."""
        totals: dict[str, Tensor] = {}
        for batch, sample in zip(self._batches, self._samples, strict=True):
            if full:
                self._train_adversaries(optimizers[1], batch)
            losses = self._losses(batch, sample, full=full)
            trained = torch.cat([losses[name] for name in EXPERT_NAMES])[frozen:].sum()
            if not full:
                trained = trained + losses["adversaries"].sum()
            for optimizer in optimizers:
                optimizer.clear()
            torch.autograd.backward(trained)
            for optimizer in optimizers:
                optimizer.step()
            for name, loss in losses.items():
                totals[name] = totals.get(name, 0) + loss.detach() / len(self._batches)
        return {f"loss of {name}": loss for name, loss in totals.items()}

    @torch.no_grad()
    def _train_adversaries(self, optimizer: Adam, batch: Batch) -> None:
        """Let the adversaries catch up with the experts, who stand still meanwhile.

        NOTE[DIFF]: the source has the joint step only, which `adversary_steps=0` leaves.
        """
        experts = self.experts.part(slice(2 * len(self._stack), None))
        outputs = experts.outputs(experts.first_layer(batch.x))
        shown = self._shown(outputs)
        for _ in range(self._stack.shared.adversary_steps):
            self.on_hidden.put_gradients(outputs.hidden, batch.member)
            self.on_output.put_gradients(shown, batch.member)
            optimizer.step()

    def _losses(self, batch: Batch, sample: GroupSample, *, full: bool) -> dict[str, Tensor]:
        """Return the losses of the experts, and of the adversaries alone, each **Shape** `(k,)`.

        NOTE[DIFF]: in the warm-up the adversaries learn already; nothing of them comes back to the
        experts, who learn from cross-entropy alone.
        """
        runs = len(self._stack)
        experts = self.experts.part()
        outputs = experts.outputs(
            experts.first_layer(batch.x), keep=self._keep(len(batch.y)), dropout=self._dropout
        )
        cross_entropy = cross_entropy_loss(outputs.logits, batch.y)
        utility, result, procedural = torch.split(cross_entropy, runs)
        _, of_result, of_procedural = (
            ExpertOutputs(*parts)
            for parts in zip(*(torch.split(part, runs) for part in outputs), strict=True)
        )
        reversal = self._reversal if full else torch.zeros_like(self._reversal)
        adversaries = self._adversarial_loss(of_procedural, batch, reversal)
        if full:
            result = self._result_loss(result, of_result, batch)
            procedural = procedural_expert_loss(
                procedural,
                self._attention_loss(sample),
                adversaries,
                lambda_attention=self._lambdas["lambda_attention"],
                lambda_adv=self._lambdas["lambda_adv"],
            )
        of_experts = dict(zip(EXPERT_NAMES, (utility, result, procedural), strict=True))
        return of_experts | {"adversaries": adversaries}

    def _result_loss(self, cross_entropy: Tensor, outputs: ExpertOutputs, batch: Batch) -> Tensor:
        proba = outputs.log_odds.sigmoid()
        fairness = fairness_loss(
            demographic_parity_loss(proba, batch.averaging),
            equal_opportunity_loss(proba, batch.averaging_positives),
        )
        return result_expert_loss(
            cross_entropy,
            representation_loss(outputs.hidden, batch.averaging),
            fairness,
            lambda_rep=self._lambdas["lambda_rep"],
            lambda_fair=self._lambdas["lambda_fair"],
        )

    def _attention_loss(self, sample: GroupSample) -> Tensor:
        lambdas = self._lambdas["lambda_attention"]
        if not lambdas.any():
            return torch.zeros_like(lambdas)
        rows = sample.draw(self._row_generator)
        experts = self.experts.part(slice(2 * len(self._stack), None))
        explainer = self._explainer
        if explainer.method != "integrated_gradients":
            return attention_loss(explainer.attributions(experts, rows), sample.averaging)
        return path_attention_loss(
            experts.path_weights(experts.first_layer(rows), explainer.baseline),
            experts.weight1,
            rows - explainer.baseline,
            sample.averaging,
            column_of=explainer.column_of,
            n_columns=explainer.n_columns,
        )

    def _adversarial_loss(self, outputs: ExpertOutputs, batch: Batch, reversal: Tensor) -> Tensor:
        return adversarial_loss(
            self.on_hidden(outputs.hidden, reversal),
            self.on_output(self._shown(outputs), reversal),
            batch.group,
        )

    def _shown(self, outputs: ExpertOutputs) -> Tensor:
        """Return what the second adversary sees, **Shape** `(k, n, 2)`."""
        if self._stack.shared.adversary_input == "probabilities":
            return outputs.logits.mT.softmax(-2).mT
        return outputs.logits

    def _keep(self, n: int) -> Tensor | None:
        """Draw the hidden units that dropout leaves; runs of one seed share their draws."""
        if not self._dropout.any():
            return None
        shape = (N_EXPERTS, self._stack.shared.hidden, n)
        draws = torch.stack(
            [
                torch.rand(shape, generator=generator, device=self._stack.device)
                for generator in self._dropout_generators
            ],
            dim=1,
        )
        return draws[:, self._seed_of].flatten(0, 1).mT >= self._dropout

    def _scores(self, recorder: Recorder) -> dict[str, Tensor]:
        return score_rows(
            self.experts.part(),
            self._explainer,
            self._validation,
            self._n_groups,
            self._stack.shared,
            recorder.check,
        )

    def _criterion(self, scores: dict[str, Tensor]) -> Tensor:
        """Rank the utility experts by utility and the others by the final score.

        NOTE[DIFF]: ranked by its final score, the expert that is to show what utility alone gives
        would be kept at its least useful moment.
        """
        runs = len(self._stack)
        return torch.cat(
            [criterion(scores, "utility")[:runs], criterion(scores, "final_score")[runs:]]
        )
