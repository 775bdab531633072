"""The three experts of one setting as one would write them in plain PyTorch: a peer."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.training.batches import Batch
from fairmoe.training.experts import ExpertTrainer


class Reversal(torch.autograd.Function):
    """Turns the gradient round on its way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: float) -> Tensor:
        """Return `x` itself."""
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Return the gradient times minus the factor."""
        return -ctx.factor * gradients[0], None


class PlainExpert(nn.Module):
    """One network of one hidden layer, and its integrated gradients for autograd to go through."""

    def __init__(self, n_inputs: int, hidden: int, slope: float) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(n_inputs, hidden), nn.Linear(hidden, 2)
        self.slope = slope

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden vectors and the logits."""
        hidden = F.leaky_relu(self.first(x), self.slope)
        return hidden, self.second(hidden)

    def integrated_gradients(self, x: Tensor, baseline: Tensor) -> Tensor:
        """Return the attributions of the log-odds, in closed form."""
        before, start = self.first(x), self.first(baseline)
        step = before - start
        rise = F.leaky_relu(before, self.slope) - F.leaky_relu(start, self.slope)
        slopes = rise / torch.where(step.abs() > 1e-6, step, 1.0)
        direction = self.second.weight[1] - self.second.weight[0]
        return (x - baseline) * ((slopes * direction) @ self.first.weight)


class PlainExperts:
    """Three experts and two adversaries of one setting, without dropout, for two groups.

    Args:
        data: What to train on.
        settings: Of the run; the weight decay resolved.
        like: Whose weights to start from.
    """

    def __init__(self, data: EncodedData, settings: Settings, like: ExpertTrainer) -> None:
        self.settings = settings
        d, hidden = data.train.x.shape[1], settings.hidden
        self.experts = [PlainExpert(d, hidden, settings.slope) for _ in range(3)]
        self.adversaries = [
            nn.Sequential(nn.Linear(n, u), nn.ReLU(), nn.Linear(u, 2))
            for n, u in ((hidden, max(4, hidden // 2)), (2, 8))
        ]
        for member, expert in enumerate(self.experts):
            for parameter, stacked in zip(expert.parameters(), like.experts.layers(), strict=True):
                parameter.data = stacked[member].detach().clone()
        for adversary, weights in zip(self.adversaries, like.adversaries.apart(0), strict=True):
            for parameter, weight in zip(adversary.parameters(), weights, strict=True):
                parameter.data = weight.clone()
        decay = float(settings.weight_decay)
        pushed = max(1.0, settings.lambda_adv)
        self.optimizer, self.catching_up = (
            torch.optim.Adam(
                [p for module in modules for p in module.parameters()], lr=lr, weight_decay=pull
            )
            for modules, lr, pull in (
                (self.experts, settings.learning_rate, decay),
                (self.adversaries, settings.adversary_learning_rate, decay / pushed),
            )
        )
        self.column_of = torch.as_tensor(data.encoder.column_of)
        self.baseline = torch.as_tensor(data.train.x).mean(0)

    def step(self, batch: Batch, *, full: bool) -> None:
        """Make one step of all, after those of the adversaries alone."""
        settings = self.settings
        for _ in range(settings.adversary_steps if full else 0):
            with torch.no_grad():
                outputs = self.experts[2](batch.x)
            self.catching_up.zero_grad()
            self.guess(*outputs, batch.group, 1.0).backward()
            self.catching_up.step()
        _, result, procedural = outputs = [expert(batch.x) for expert in self.experts]
        loss = sum(F.cross_entropy(logits, batch.y) for _, logits in outputs)
        back = settings.lambda_adv * settings.lambda_grl if full else 0.0
        guessed = self.guess(*procedural, batch.group, back)
        if full:
            loss = loss + self.fairness(*result, batch)
            if settings.lambda_attention:
                loss = loss + settings.lambda_attention * self.attention(batch)
        loss = loss + guessed
        self.optimizer.zero_grad()
        self.catching_up.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.catching_up.step()

    def guess(self, hidden: Tensor, logits: Tensor, group: Tensor, factor: float) -> Tensor:
        """Return how badly the adversaries tell the groups apart."""
        losses = [
            F.cross_entropy(adversary(Reversal.apply(shown, factor)), group)
            for adversary, shown in zip(self.adversaries, (hidden, logits.softmax(-1)), strict=True)
        ]
        return (losses[0] + losses[1]) / 2

    def fairness(self, hidden: Tensor, logits: Tensor, batch: Batch) -> Tensor:
        """Return what the result-fairness expert's loss has beside cross-entropy."""
        proba, positive = logits.softmax(-1)[:, 1], batch.y == 1
        first, second = batch.group == 0, batch.group == 1
        parity = (proba[first].mean() - proba[second].mean()).abs()
        opportunity = (proba[first & positive].mean() - proba[second & positive].mean()).abs()
        apart = (hidden[first].mean(0) - hidden[second].mean(0)).square().sum()
        settings = self.settings
        return settings.lambda_rep * apart + settings.lambda_fair * (parity + opportunity) / 2

    def attention(self, batch: Batch) -> Tensor:
        """Return how far the attention of the groups lies apart."""
        signed = self.experts[2].integrated_gradients(batch.x, self.baseline)
        by_column = torch.zeros(len(signed), int(self.column_of.max()) + 1)
        magnitude = by_column.index_add(1, self.column_of, signed).abs()
        shares = magnitude / (magnitude.sum(1, keepdim=True) + 1e-8)
        means = torch.stack([shares[batch.group == g].mean(0) for g in range(2)])
        ratio = (means + 1e-12).log() - (means.mean(0) + 1e-12).log()
        return (means * ratio).sum(1).mean()

    @torch.no_grad()
    def log_odds(self, x: Tensor) -> Tensor:
        """Return the log-odds of each expert, **Shape** `(3, n)`."""
        logits = torch.stack([expert(x)[1] for expert in self.experts])
        return logits[..., 1] - logits[..., 0]
