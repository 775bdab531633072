"""Phase 1: three experts per run, trained independently (section 9.1.1)."""

from collections.abc import Callable

import torch
from torch import Tensor

from fairmoe.explain import ROWS_IN_LOSS, Explainer
from fairmoe.names import EXPERTS, Phase
from fairmoe.nn import N_EXPERTS, AdversaryStack, ExpertStack
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch, GroupSample, of_rows
from fairmoe.training.evaluation import Evaluation, evaluate
from fairmoe.training.expert_losses import ExpertLosses, StepLosses
from fairmoe.training.memory import keep_freed_memory
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import BestWeights, Guard, criterion
from fairmoe.training.stack import DROPOUT_STREAM, EXPERT_STREAM, Stack
from fairmoe.training.thresholds import fit_thresholds

CHECKPOINTS = 25
"""How often in a phase the validation rows are scored."""


class ExpertTrainer:
    """Trains the experts of a stack of runs.

    Args:
        stack: The settings of the `k` runs.
        batches: The training rows.
        validation: The rows to select on.
        n_groups: The number of groups.
        explainer: Attributes log-odds in the attention loss and in the validation score.
        favourable: Whether the positive class is good for the person; None if that is not told.
    """

    def __init__(
        self,
        stack: Stack,
        batches: list[Batch],
        validation: Batch,
        n_groups: int,
        explainer: Explainer,
        *,
        favourable: bool | None = None,
    ) -> None:
        keep_freed_memory()
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
        self.adversaries = AdversaryStack(shared.hidden, n_groups, generators)
        for module in self.modules():
            module.to(stack.device)
        self._stack, self._batches, self._validation = stack, batches, validation
        self._n_groups, self._explainer = n_groups, explainer
        self.guard = Guard(validation, n_groups, favourable=favourable, on=shared.guard)
        limit = shared.attention_rows
        most = ROWS_IN_LOSS[explainer.method] if limit == "auto" else limit
        self._samples = [GroupSample(batch, most) for batch in batches]
        self.losses = ExpertLosses(stack, *self.modules(), explainer)
        self.reseed(DROPOUT_STREAM)

    def modules(self) -> tuple[ExpertStack, AdversaryStack]:
        """Return what is trained: the experts, and the adversaries of the procedural ones."""
        return self.experts, self.adversaries

    def reseed(self, stream: int) -> None:
        """Start the draws of dropout and of explained rows anew, from a stream of the seeds.

        What comes after then does not depend on whether the experts were trained or cached.
        """
        self.losses.reseed(stream)

    def train(self, epochs: int, recorder: Recorder) -> None:
        """Train for `epochs`: the first half on cross-entropy, the second on the full losses."""
        warm_up = epochs // 2
        optimizers = self.optimizers()
        runs = len(self._stack)
        best = BestWeights(self.experts, N_EXPERTS * runs, self._stack.device)
        every = max(1, (epochs - warm_up) // CHECKPOINTS)
        for epoch in range(1, epochs + 1):
            full = epoch > warm_up
            phase: Phase = "experts" if full else "warm-up"
            done, total = (epoch - warm_up, epochs - warm_up) if full else (epoch, warm_up)
            figures = self.epoch(optimizers, full=full, frozen=False)
            recorder.record(phase, done, figures)
            recorder.tell(phase, done, total, figures)
            if full and (done % every == 0 or epoch == epochs):
                evaluation = self._evaluate(recorder)
                best.offer(self._criterion(evaluation))
                of_runs = evaluation.scores["final_score"].view(N_EXPERTS, runs)
                names = (f"validation score of {name}" for name in EXPERTS)
                recorder.record(phase, done, dict(zip(names, of_runs, strict=True)))
        if self._stack.shared.select == "best":
            best.restore()
        self._fit_thresholds()

    def fine_tune(self, epochs: int) -> None:
        """Train the fairness experts a little more; the utility experts stay as they are."""
        optimizers = self.optimizers(frozen=True)
        self.experts.threshold.zero_()
        for _ in range(epochs):
            self.epoch(optimizers, full=True, frozen=True)
        self._fit_thresholds()

    def optimizers(self, *, frozen: bool = False) -> tuple[Adam, Adam]:
        """Return one optimizer for the experts and one for their adversaries, at its own rate.

        With `frozen` utility experts stay as they are.

        NOTE[DIFF]: adversaries decay less the more their gradient counts, as they would if each of
        their steps descended `lambda_adv` times their loss. An expert that is pushed hard leaves
        them little to learn; decay then draws both layers to zero, from where no gradient leads
        back, and the expert is free to tell the groups apart again.
        """
        shared, decay = self._stack.shared, self._stack.values("weight_decay")
        pushed = self._stack.values("lambda_adv").clamp_min(1)
        experts, adversaries = self.modules()
        return (
            Adam(
                experts,
                learning_rate=shared.learning_rate,
                weight_decay=decay,
                frozen=len(self._stack) if frozen else 0,
            ),
            Adam(
                adversaries,
                learning_rate=shared.adversary_learning_rate,
                weight_decay=decay / pushed,
            ),
        )

    def _fit_thresholds(self) -> None:
        if self._stack.shared.threshold == "half":
            return
        with torch.no_grad():
            log_odds = self.experts.part().log_odds(self._validation.x)
        utility, fairness = log_odds.tensor_split([len(self._stack)])
        thresholds = self._fit(utility, lambda yes: self.guard.refuses(yes, yes), by_utility=True)
        # The others are compared with utility experts as they will be.
        plain = (utility > thresholds[:, None]).repeat(N_EXPERTS - 1, 1)
        others = self._fit(fairness, lambda yes: self.guard.refuses(yes, plain), by_utility=False)
        self.experts.threshold.copy_(torch.cat([thresholds, others]))

    def _fit(
        self, log_odds: Tensor, refuses: Callable[[Tensor], Tensor], *, by_utility: bool
    ) -> Tensor:
        rows = self._validation
        return fit_thresholds(
            log_odds,
            rows.y,
            rows.group,
            self._n_groups,
            refuses,
            by_utility=by_utility,
            weights=rows.weights,
        )

    def epoch(
        self, optimizers: tuple[Adam, Adam], *, full: bool, frozen: bool
    ) -> dict[str, Tensor]:
        """Make one step per batch, and return the mean losses by name, each **Shape** `(k,)`."""
        totals: dict[str, Tensor] = {}
        for batch, sample in zip(self._batches, self._samples, strict=True):
            if full:
                self.train_adversaries(optimizers[1], batch)
            optimizers[0].clear()
            losses = self.backward(batch, sample, full=full, frozen=frozen)
            for optimizer in optimizers:
                optimizer.step()
            for name in ("utility", "result", "procedural", "adversaries"):
                loss = getattr(losses, name).detach()
                totals[name] = totals.get(name, 0) + loss / len(self._batches)
        return {f"loss of {name}": loss for name, loss in totals.items()}

    def train_adversaries(self, optimizer: Adam, batch: Batch) -> None:
        """Let the adversaries catch up with the experts, who stand still meanwhile.

        NOTE[DIFF]: the source has the joint step only, which `adversary_steps=0` leaves.
        """
        view = self.losses.adversary_view(batch)
        for _ in range(self._stack.shared.adversary_steps):
            self._adversarial_backward(view, batch)
            optimizer.step()

    def backward(
        self, batch: Batch, sample: GroupSample, *, full: bool, frozen: bool = False
    ) -> StepLosses:
        """Add the gradients of the experts to `grad`, put those of their adversaries there.

        NOTE[DIFF]: the adversaries descend their own loss (22) as it is; `lambda_adv` weighs what
        comes back of it to the expert (18). In the source it multiplies both; for the adversaries
        that changes nothing, as a constant factor leaves the steps of Adam as they are.

        Args:
            batch: The rows.
            sample: Of the batch, for the attention loss.
            full: Whether to take the full losses in place of cross-entropy.
            frozen: Whether the utility experts get no gradient.
        """
        losses = self.losses(batch, sample, full=full)
        trained = losses.result + losses.procedural
        if not frozen:
            trained = trained + losses.utility
        torch.autograd.backward(trained.sum())
        self._adversarial_backward(losses.adversary_view, batch)
        return losses

    def _adversarial_backward(self, view: Tensor, batch: Batch) -> None:
        weights = of_rows(batch.group_weights, batch.own)
        self.adversaries.adversarial_backward(view, batch.member, weights)

    def _evaluate(self, recorder: Recorder) -> Evaluation:
        return evaluate(
            self.experts.part(),
            self._explainer,
            self._validation,
            self._n_groups,
            self._stack.shared,
            recorder.check,
        )

    def _criterion(self, evaluation: Evaluation) -> Tensor:
        """Rank the utility experts by utility and the others by the final score.

        NOTE[DIFF]: ranked by its final score, the expert that is to show what utility alone gives
        would be kept at its least useful moment.
        """
        runs, decisions = len(self._stack), evaluation.decisions
        refused = self.guard.refuses(decisions, decisions[:runs].repeat(N_EXPERTS, 1))
        by_utility, by_final_score = (
            criterion(evaluation.scores, by, refused) for by in ("utility", "final_score")
        )
        return torch.cat([by_utility[:runs], by_final_score[runs:]])
