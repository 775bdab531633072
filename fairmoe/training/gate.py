r"""Phase 2: the gate learns from reward, on tables of frozen experts (section 9.1.2)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from fairmoe.explain import Explainable
from fairmoe.functional.gating import (
    batch_usage,
    gate_entropy,
    gate_loss,
    load_balance_loss,
    moving_usage,
)
from fairmoe.functional.policy import (
    counterfactual_loss,
    leave_one_out,
    reinforce_loss,
    sample_actions,
)
from fairmoe.functional.reward import counterfactual_rewards, routing_reward, score_of
from fairmoe.functional.scores import FairnessWeights
from fairmoe.names import EXPERTS
from fairmoe.nn import FEWEST_PATH_STEPS, N_EXPERTS, ExpertStack, Mixture, by_expert
from fairmoe.training.adam import Adam
from fairmoe.training.batches import Batch
from fairmoe.training.evaluation import Evaluation, evaluate, explain_rows
from fairmoe.training.experts import CHECKPOINTS
from fairmoe.training.gate_batches import GateBatch, make_gate_batch
from fairmoe.training.reporting import Recorder
from fairmoe.training.selection import BestWeights, Guard, criterion, largest_standard_error
from fairmoe.training.stack import ACTION_STREAM, Stack

SCORE_TEMPERATURE = 0.2
"""By how much better an expert's final score is for a weight e times as large."""

LEAST_LOG_WEIGHT = -7.0
"""Keeps an expert that collapsed within reach."""

NO_WEIGHT = -30.0
"""The log of a weight that no score can tell from nothing."""


class GateTrainer:
    """Trains the gates of a stack of runs, on experts that are fine-tuned from time to time.

    Args:
        stack: The settings of the `k` runs.
        batches: The training rows, those of each turn; an epoch is one turn.
        validation: The rows to select on.
        n_groups: The number of groups.
        guard: Refuses mixtures and single experts.
        mixture: Of the experts of each run; its gate is trained in place.
        stages: The `m` distinct experts as they are trained, and after each fine-tuning.
        places: **Shape** `(3, k)`. Which of them are those of each run.
    """

    def __init__(
        self,
        stack: Stack,
        batches: Sequence[Sequence[Batch]],
        validation: Batch,
        n_groups: int,
        guard: Guard,
        mixture: Mixture,
        stages: Sequence[ExpertStack],
        places: Tensor,
    ) -> None:
        self._stack, self._batches, self._validation = stack, batches, validation
        self._n_groups, self._guard, self.mixture = n_groups, guard, mixture
        self._stages, self._places = stages, places.to(stack.device)
        self._weights = stack.fairness_weights()
        self._generators = stack.generators(ACTION_STREAM, on_device=True)
        runs = len(stack)
        self._usage = torch.full((runs, N_EXPERTS), 1 / N_EXPERTS, device=stack.device)
        self._baseline = torch.zeros(runs, dtype=torch.float64, device=stack.device)

    def train(self, epochs: int, recorder: Recorder) -> None:
        """Train for `epochs`, and keep the weights with the best validation score."""
        shared = self._stack.shared
        optimizer = Adam(
            self.mixture.gate,
            learning_rate=shared.gate_learning_rate,
            weight_decay=self._stack.values("gate_weight_decay"),
        )
        best = self._begin(recorder)
        every = max(1, epochs // CHECKPOINTS)
        stage = self._stages[0]
        tables = self._tables(stage, recorder)
        for epoch in range(1, epochs + 1):
            if shared.fine_tune_every and epoch % shared.fine_tune_every == 0:
                stage = self._stages[epoch // shared.fine_tune_every]
                self._take(stage)
                tables = self._tables(stage, recorder)
                if self._offers_single_experts:
                    self._offer_single_experts(best, self._expert_criterion(stage, recorder))
            seen = tables[(epoch - 1) % len(tables)]
            rewards = torch.stack([self._step(optimizer, batch) for batch in seen]).mean(0)
            figures = {"reward": rewards}
            for name, usage in zip(EXPERTS, self._usage.T, strict=True):
                figures[f"usage of {name}"] = usage
            recorder.record("gate", epoch, figures)
            recorder.tell("gate", epoch, epochs, figures)
            if epoch % every == 0 or epoch == epochs:
                self._offer(best, recorder, epoch)
        if shared.select == "best":
            best.restore()

    def keep_initial_gate(self, recorder: Recorder) -> None:
        """Keep what `train` would keep if the gate learnt nothing."""
        best = self._begin(recorder)
        if self._stack.shared.select == "best":
            best.restore()

    @torch.no_grad()
    def _begin(self, recorder: Recorder) -> BestWeights:
        """Give all rows the same weights: a softmax of the experts' validation final scores.

        With `gate_start="random"` the gate stays as it is.

        NOTE[DIFF]: the source begins at random, near equal weights. Experts can differ by twenty
        points; but near one of them the gate would hardly move, for how far it does grows with the
        weights that it takes from the others.

        Returns:
            What `train` keeps if nothing better comes.
        """
        best = BestWeights(self.mixture, len(self._stack), self._stack.device)
        of_experts = self._stages[0].part().log_odds(self._validation.x)
        self._plain = of_experts[self._places[0]] > 0
        if self._stack.shared.gate_start != "experts":
            self._offer(best, recorder, 0)
            return best
        of_experts = self._expert_criterion(self._stages[0], recorder)
        log_weights = (of_experts / SCORE_TEMPERATURE).log_softmax(0).clamp_min(LEAST_LOG_WEIGHT)
        self._weigh_alike(log_weights.T)
        self._offer(best, recorder, 0)
        if self._offers_single_experts:
            self._offer_single_experts(best, of_experts)
        return best

    @property
    def _offers_single_experts(self) -> bool:
        shared = self._stack.shared
        return shared.gate_start == "experts" and shared.select == "best"

    @torch.no_grad()
    def _take(self, stage: ExpertStack) -> None:
        """Let the mixtures be of the experts of a stage."""
        distinct = dict(stage.named_parameters())
        for name, parameter in self.mixture.experts.named_parameters():
            parameter.copy_(distinct[name][self._places.flatten()])

    def _expert_criterion(self, stage: ExpertStack, recorder: Recorder) -> Tensor:
        """Return each expert's criterion on the validation rows, **Shape** `(3, k)`."""
        evaluation = self._evaluate(stage.part(), recorder)
        of_runs = self._places.flatten()
        plain = self._plain.repeat(N_EXPERTS, 1)
        refused = self._guard.refuses(evaluation.decisions[of_runs], plain)
        scores = {name: score[of_runs] for name, score in evaluation.scores.items()}
        by = FairnessWeights(*(weight.repeat(N_EXPERTS) for weight in self._weights))
        return by_expert(criterion(scores, by, refused))

    def _evaluate(self, model: Explainable, recorder: Recorder) -> Evaluation:
        return evaluate(
            model,
            self.mixture.explainer,
            self._validation,
            self._n_groups,
            self._stack.shared,
            recorder.check,
        )

    @torch.no_grad()
    def _offer_single_experts(self, best: BestWeights, of_experts: Tensor) -> None:
        """Let each expert stand for all rows, so that no gate is kept that one clearly beats."""
        gate = self.mixture.gate
        before = gate.weight2.clone(), gate.bias2.clone()
        for expert, of_expert in enumerate(of_experts):
            alone = torch.full_like(gate.bias2, NO_WEIGHT)
            alone[..., expert] = 0
            self._weigh_alike(alone)
            best.offer(of_expert - largest_standard_error(self._validation.effective_rows))
        for parameter, value in zip((gate.weight2, gate.bias2), before, strict=True):
            parameter.copy_(value)

    def _weigh_alike(self, log_weights: Tensor) -> None:
        """Let the gate give all rows these weights, **Shape** `(k, 3)`."""
        gate = self.mixture.gate
        gate.weight2.zero_()
        gate.bias2.copy_(self._stack.shared.temperature * log_weights)

    def _offer(self, best: BestWeights, recorder: Recorder, epoch: int) -> None:
        evaluation = self._evaluate(self.mixture.with_path_steps(FEWEST_PATH_STEPS), recorder)
        scores = evaluation.scores
        recorder.record("gate", epoch, {"validation score of mixture": scores["final_score"]})
        refused = self._guard.refuses(evaluation.decisions, self._plain)
        best.offer(criterion(scores, self._weights, refused))

    def _tables(self, stage: ExpertStack, recorder: Recorder) -> list[list[GateBatch]]:
        """Look up, once for all gate steps to come, what the frozen experts say of each row."""
        experts, explainer = stage.part(), self.mixture.explainer

        def look_up(batch: Batch) -> GateBatch:
            return make_gate_batch(
                experts, self._places, explainer, batch, self._n_groups, self._stack, recorder.check
            )

        return [[look_up(batch) for batch in turn] for turn in self._batches]

    def _step(self, optimizer: Adam, batch: GateBatch) -> Tensor:
        """Make one step and return the reward of the sampled routing, **Shape** `(k,)`."""
        shared = self._stack.shared
        gate = self.mixture.gate
        log_weights = gate(gate.first_layer(batch.x), batch.state)
        # Rows that come again are routed for the sake of the gaps; nothing is learnt from them.
        own = log_weights[:, : len(batch.tables.group)]
        policy, reward = self._policy_loss(log_weights.detach(), own, batch)
        usage = moving_usage(self._usage, batch_usage(own), shared.usage_momentum)
        self._usage = usage.detach()
        loss = gate_loss(
            policy,
            gate_entropy(own),
            load_balance_loss(usage),
            entropy_weight=shared.entropy_weight,
            load_balance_weight=shared.load_balance_weight,
        )
        optimizer.clear()
        torch.autograd.backward(loss.sum())
        optimizer.step()
        return reward

    def _policy_loss(
        self, log_weights: Tensor, own: Tensor, batch: GateBatch
    ) -> tuple[Tensor, Tensor]:
        """Return the policy loss, and the reward of the sampled routing, each **Shape** `(k,)`.

        Args:
            log_weights: **Shape** `(k, n + m, 3)`. For drawing actions, without a graph.
            own: **Shape** `(k, n, 3)`. Those of the batch's own rows; gradients flow.
            batch: The rows.
        """
        shared = self._stack.shared
        if shared.credit == "counterfactual":
            actions = sample_actions(log_weights, self._generators)
            rewards = counterfactual_rewards(batch.tables, actions) - batch.utility_score[:, None]
            # What row 0 would earn with its own action is what the routing earns.
            first = rewards[:, :, 0].gather(0, actions[None, :, 0])[0]
            first = first - (batch.utility_in_context - batch.utility_score)
            return counterfactual_loss(own, rewards.movedim(0, -1), batch.weights), first
        log_weights = own.detach()
        if shared.credit == "rollouts":
            actions = torch.stack(
                [sample_actions(log_weights, self._generators) for _ in range(shared.rollouts)]
            )
            rewards = routing_reward(batch.tables, actions)
            advantage = leave_one_out(rewards).to(own.dtype)
            policy = reinforce_loss(own, actions, advantage, batch.weights)
            return policy.mean(0), rewards.mean(0)
        actions = sample_actions(log_weights, self._generators)
        if shared.reward == "mixture":
            reward = self._mixture_reward(batch)
        else:
            reward = routing_reward(batch.tables, actions)
        advantage = (reward - self._baseline).to(own.dtype)
        momentum = shared.baseline_momentum
        self._baseline = momentum * self._baseline + (1 - momentum) * reward
        return reinforce_loss(own, actions, advantage, batch.weights), reward

    def _mixture_reward(self, batch: GateBatch) -> Tensor:
        """Return (37) for the soft mixture, which no action changes."""
        mixture = self.mixture
        explained = explain_rows(
            mixture,
            mixture.explainer,
            batch.x[: len(batch.tables.group)],
            top_k=self._stack.shared.top_k,
        )
        return score_of(batch.tables, *explained) - batch.utility_score
