"""Phase 1: the experts, trained independently (section 9.1.1), and their fine-tunings."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.explain import ROWS_IN_LOSS, Explainer
from fairmoe.names import EXPERTS
from fairmoe.nn import AdversaryStack, ExpertStack
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch, of_rows
from fairmoe.training.cache import CURVES, KeptExpert, split_experts
from fairmoe.training.expert_judge import ExpertJudge
from fairmoe.training.expert_losses import ExpertLosses, StepLosses
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.members import Members, draw_initial
from fairmoe.training.memory import keep_freed_memory
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import BestWeights, Guard
from fairmoe.training.stack import DROPOUT_STREAM, FINE_TUNE_STREAM

CHECKPOINTS = 25
"""How often in a phase the validation rows are scored."""


class ExpertTrainer:
    """Trains a stack of experts.

    Args:
        members: The settings of the `m` experts.
        batches: The training rows.
        validation: The rows to select on.
        n_groups: The number of groups.
        explainer: Attributes log-odds in the attention loss and in the validation score.
        favourable: Whether the positive class is good for the person; None if that is not told.
        known: Utility experts that were trained before, by their settings, which members are
            compared with.
    """

    def __init__(
        self,
        members: Members,
        batches: list[Batch],
        validation: Batch,
        n_groups: int,
        explainer: Explainer,
        *,
        favourable: bool | None = None,
        known: Mapping[Settings, KeptExpert] = MappingProxyType({}),
    ) -> None:
        keep_freed_memory()
        self._batches, self._n_groups, self._explainer = batches, n_groups, explainer
        shared = members.shared
        guard = Guard(validation, n_groups, favourable=favourable, on=shared.guard)
        self._judge = ExpertJudge(members, validation, n_groups, explainer, guard, known)
        limit = shared.attention_rows
        most = ROWS_IN_LOSS[explainer.method] if limit == "auto" else limit
        self._samples = [GroupSample(batch, most) for batch in batches]
        self._begin(members)

    def _begin(self, members: Members) -> None:
        """Draw initial weights, one generator for all networks of a seed."""
        self._members = members
        n_inputs = self._batches[0].x.shape[1]
        self.experts, self.adversaries = draw_initial(members, n_inputs, self._n_groups)
        for module in self.modules():
            module.to(members.device)
        self.losses = ExpertLosses(members, *self.modules(), self._explainer)
        self.reseed(DROPOUT_STREAM)

    def modules(self) -> tuple[ExpertStack, AdversaryStack]:
        """Return what is trained: the experts, and the adversaries of the procedural ones."""
        return self.experts, self.adversaries

    def reseed(self, stream: int) -> None:
        """Start the draws of dropout and of explained rows anew, from a stream of the seeds."""
        self.losses.reseed(stream)

    def train_in_stages(
        self, epochs: int, fine_tunings: int, recorder: Recorder
    ) -> list[KeptExpert]:
        """Train for `epochs`, fine-tune so many times, and return each expert with its stages."""
        self.train(epochs, recorder)
        stages = [self._weights()]
        self.reseed(FINE_TUNE_STREAM)
        for _ in range(fine_tunings):
            self.fine_tune(self._members.shared.fine_tune_epochs, recorder.check)
            stages.append(self._weights())
        return split_experts(
            self._members.sizes, stages, self._judge.decisions(), recorder.curves()
        )

    def _weights(self) -> dict[str, Tensor]:
        return {
            name: value.detach().cpu().clone() for name, value in self.experts.named_parameters()
        }

    def train(self, epochs: int, recorder: Recorder) -> None:
        """Train for `epochs`: the first half on cross-entropy, the second on the full losses."""
        warm_up = epochs // 2
        optimizers = self._warm_up(warm_up, recorder)
        best = BestWeights(self.experts, len(self._members), self._members.device)
        total = epochs - warm_up
        every = max(1, total // CHECKPOINTS)
        for epoch in range(1, total + 1):
            figures = self.epoch(optimizers, full=True, frozen=False)
            recorder.record("experts", epoch, figures)
            recorder.tell("experts", epoch, total, figures)
            if epoch % every == 0 or epoch == total:
                scores, ranked = self._judge.look_at(self.experts, recorder.check)
                best.offer(ranked)
                names = (f"validation score of {name}" for name in EXPERTS)
                of_blocks = dict(zip(names, self._members.split(scores), strict=True))
                recorder.record("experts", epoch, of_blocks)
        if self._members.shared.select == "best":
            best.restore()
        self._judge.fit_thresholds(self.experts)
        self._judge.look_once_more(self.experts)

    def _warm_up(self, epochs: int, recorder: Recorder) -> tuple[Adam, Adam]:
        """Train on cross-entropy alone what members begin as, and let each go on from there.

        Returns:
            The optimizers, as they go on.
        """
        members = self._members
        beginnings, places = members.beginnings()
        self._begin(beginnings)
        optimizers = self.optimizers(pushed=False)
        of_blocks = [
            place - sum(beginnings.sizes[:block])
            for block, place in enumerate(members.split(places))
        ]
        for epoch in range(1, epochs + 1):
            figures = self.epoch(optimizers, full=False, frozen=False)
            of_members = {
                name: figures[name][of_blocks[block]]
                for block, expert in enumerate(EXPERTS)
                for name in CURVES[expert]
                if name in figures
            }
            recorder.record("warm-up", epoch, of_members)
            recorder.tell("warm-up", epoch, epochs, figures)
        self._members = members
        self.losses.turn_to(members)
        self.experts.threshold.data = self.experts.threshold.data[places]
        decay, of_adversaries = self._decays(pushed=True)
        optimizers[0].spread(places, decay)
        optimizers[1].spread(of_blocks[2], of_adversaries)
        return optimizers

    def fine_tune(self, epochs: int, on_part: Callable[[], None] = lambda: None) -> None:
        """Train the fairness experts a little more; the utility experts stay as they are."""
        optimizers = self.optimizers(frozen=True)
        self.experts.threshold.zero_()
        for _ in range(epochs):
            on_part()
            self.epoch(optimizers, full=True, frozen=True)
        self._judge.fit_thresholds(self.experts)

    def optimizers(self, *, pushed: bool = True, frozen: bool = False) -> tuple[Adam, Adam]:
        """Return one optimizer for the experts and one for their adversaries, at its own rate.

        With `frozen` utility experts stay as they are.

        NOTE[DIFF]: adversaries decay less the more their gradient counts, as they would if each of
        their steps descended `lambda_adv` times their loss. An expert that is pushed hard leaves
        them little to learn; decay then draws both layers to zero, from where no gradient leads
        back, and the expert is free to tell the groups apart again. In the warm-up none is pushed.
        """
        shared = self._members.shared
        decay, of_adversaries = self._decays(pushed=pushed)
        return (
            Adam(
                self.experts,
                learning_rate=shared.learning_rate,
                weight_decay=decay,
                frozen=self._members.sizes[0] if frozen else 0,
            ),
            Adam(
                self.adversaries,
                learning_rate=shared.adversary_learning_rate,
                weight_decay=of_adversaries,
            ),
        )

    def _decays(self, *, pushed: bool) -> tuple[Tensor, Tensor]:
        decay, lambda_adv = map(self._members.values, ("weight_decay", "lambda_adv"))
        of_adversaries = decay / lambda_adv.clamp_min(1) if pushed else decay
        return decay, self._members.split(of_adversaries)[2]

    def epoch(
        self, optimizers: tuple[Adam, Adam], *, full: bool, frozen: bool
    ) -> dict[str, Tensor]:
        """Make one step per batch, and return the mean losses of each block by name."""
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
                if name in totals:
                    totals[name] = totals[name] + loss / len(self._batches)
                else:
                    totals[name] = loss / len(self._batches)
        return {f"loss of {name}": loss for name, loss in totals.items()}

    def train_adversaries(self, optimizer: Adam, batch: Batch) -> None:
        """Let the adversaries catch up with the experts, who stand still meanwhile.

        NOTE[DIFF]: the source has the joint step only, which `adversary_steps=0` leaves.
        """
        if not self._members.sizes[2]:
            return
        put_gradients = self._adversarial_gradients(self.losses.adversary_view(batch), batch)
        for _ in range(self._members.shared.adversary_steps):
            put_gradients()
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
        trained = [losses.result, losses.procedural]
        if not frozen:
            trained.append(losses.utility)
        torch.autograd.backward(trained, [torch.ones_like(loss) for loss in trained])
        self._adversarial_gradients(losses.adversary_view, batch)()
        return losses

    def _adversarial_gradients(self, view: Tensor, batch: Batch) -> Callable[[], None]:
        weights = of_rows(batch.group_weights, batch.own)
        return self.adversaries.backward_on(view, batch.member, weights)
