r"""Stacks of networks: experts, adversaries and gates, and the mixture that they make.

A stack holds the weights of many networks of one shape along a leading axis. Rows are shared, so
the first layer of the whole stack is one matrix product. Inside, activations lie with the rows
last in memory; the shapes below are what a reader sees.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from fairmoe.explain import Explainer
from fairmoe.functional.attributions import average_slope, legendre_nodes
from fairmoe.functional.gating import expert_state, gate_log_proba, mixture_log_proba

N_EXPERTS = 3
PATH_STEPS = 32


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: Tensor) -> Tensor:
        ctx.save_for_backward(factor)
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (factor,) = ctx.saved_tensors
        return -factor * gradients[0], None


def gradient_reversal(
    x: Float[Tensor, "*k n h"], factor: Float[Tensor, "*k 1 1"]
) -> Float[Tensor, "*k n h"]:
    r"""Return `x` unchanged, and reverse the gradient on its way back.

    $$GRL(x) = x \tag{29}$$
    $$\frac{\partial GRL(x)}{\partial x} = -\lambda \tag{30}$$

    Args:
        x: **Shape** `(*k, n, h)`.
        factor: **Shape** `(*k, 1, 1)`. The $\lambda$ of each member of the stack.
    """
    # >>> Equations (29), (30)
    reversed_: Tensor = _Reversal.apply(x, factor)  # type: ignore[no-untyped-call]
    return reversed_
    # <<< Equations (29), (30)


def _initial(
    shape: tuple[int, ...], fan_in: int, generators: Sequence[torch.Generator]
) -> nn.Parameter:
    """Return weights drawn as `torch.nn.Linear` draws them, from one generator per member."""
    bound = 1 / math.sqrt(fan_in)
    draws = [torch.rand(shape, generator=generator) for generator in generators]
    return nn.Parameter((2 * torch.stack(draws) - 1) * bound)


def _linear(x: Float[Tensor, "*k n d"], weight: Float[Tensor, "m h d"]) -> Float[Tensor, "m n h"]:
    """Multiply shared rows `(n, d)` by all members at once, or each member's own `(m, n, d)`."""
    if x.ndim == 2:
        return (weight.flatten(0, 1) @ x.T).view(*weight.shape[:2], len(x)).mT
    return x @ weight.mT


def by_expert(values: Float[Tensor, "m ..."]) -> Float[Tensor, "e k ..."]:
    """Return what a stack of `3 k` experts gave as three blocks of `k` runs."""
    return values.reshape(N_EXPERTS, -1, *values.shape[1:])


class ExpertOutputs(NamedTuple):
    """What a stack of `m` experts makes of `n` rows.

    Attributes:
        hidden: **Shape** `(m, n, h)`. The hidden vector (1), without dropout.
        logits: **Shape** `(m, n, 2)`. (2), after dropout if it was asked for.
        log_odds: **Shape** `(m, n)`. Of the positive class.
    """

    hidden: Tensor
    logits: Tensor
    log_odds: Tensor


@dataclass(frozen=True, eq=False)
class Experts:
    r"""`m` experts of one hidden layer, as functions of their weights.

    $$h = \mathrm{MLP}_{hidden}(x) \tag{1}$$
    $$\ell = \mathrm{MLP}_{output}(h) \tag{2}$$
    $$p = \operatorname{softmax}(\ell) \tag{3}$$

    Attributes:
        weight1: **Shape** `(m, h, d)`.
        bias1: **Shape** `(m, h)`.
        weight2: **Shape** `(m, 2, h)`.
        bias2: **Shape** `(m, 2)`.
        slope: Of the leaky ReLU below zero.
    """

    weight1: Tensor
    bias1: Tensor
    weight2: Tensor
    bias2: Tensor
    slope: float

    def first_layer(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n h"]:
        """Return the hidden layer before its activation, for shared or own rows."""
        return _linear(x, self.weight1) + self.bias1[:, None]

    def outputs(
        self,
        before: Float[Tensor, "m n h"],
        *,
        keep: Bool[Tensor, "m n h"] | None = None,
        dropout: Float[Tensor, "m 1 1"] | None = None,
    ) -> ExpertOutputs:
        """Return what follows from the first layer.

        Args:
            before: **Shape** `(m, n, h)`, from `first_layer`.
            keep: **Shape** `(m, n, h)`. Hidden units that dropout leaves; all, if left out.
            dropout: **Shape** `(m, 1, 1)`. The share it silences, by member; needed with `keep`.
        """
        # >>> Equation (1)
        hidden = F.leaky_relu(before, self.slope)
        # <<< Equation (1)
        kept = hidden if keep is None or dropout is None else hidden * keep / (1 - dropout)
        # >>> Equation (2)
        logits = kept @ self.weight2.mT + self.bias2[:, None]
        # <<< Equation (2)
        return ExpertOutputs(hidden, logits, logits[..., 1] - logits[..., 0])

    def log_odds(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n"]:
        """Return log-odds of the positive class, without dropout."""
        return self.outputs(self.first_layer(x)).log_odds

    def proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "m n"]:
        """Return the probability of the positive class (3), without dropout."""
        # >>> Equation (3): of two classes, the softmax is the sigmoid of the log-odds
        return self.log_odds(x).sigmoid()
        # <<< Equation (3)

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "m n d"]:
        """Return the gradient of the log-odds averaged over the path, exactly."""
        direction = self.weight2[:, 1] - self.weight2[:, 0]
        slopes = average_slope(
            self.first_layer(x), self.first_layer(baseline[None]), slope=self.slope
        )
        return (slopes * direction[:, None]) @ self.weight1


class ExpertStack(nn.Module):
    """The trainable weights of `m` experts.

    Args:
        n_inputs: Encoded columns, `d`.
        hidden: Hidden units, `h`.
        slope: Of the leaky ReLU below zero.
        generators: One per member; each draws that member's initial weights.
    """

    def __init__(
        self, n_inputs: int, hidden: int, *, slope: float, generators: Sequence[torch.Generator]
    ) -> None:
        super().__init__()
        self.slope = slope
        self.weight1 = _initial((hidden, n_inputs), n_inputs, generators)
        self.bias1 = _initial((hidden,), n_inputs, generators)
        self.weight2 = _initial((2, hidden), hidden, generators)
        self.bias2 = _initial((2,), hidden, generators)

    def part(self, members: slice = slice(None)) -> Experts:
        """Return some of the experts (all, if none are named); gradients flow to their weights."""
        return Experts(
            self.weight1[members],
            self.bias1[members],
            self.weight2[members],
            self.bias2[members],
            self.slope,
        )


class AdversaryStack(nn.Module):
    r"""Adversaries that guess the group from what they are shown, stacked along `m` members.

    $$h_{adv} = GRL(h) \tag{23}$$
    $$\ell_{adv}^{hidden} = \mathrm{MLP}_{adv}^{hidden}(h_{adv}) \tag{24}$$
    $$p_{adv} = GRL(p) \tag{26}$$
    $$\ell_{adv}^{logits} = \mathrm{MLP}_{adv}^{logits}(p_{adv}) \tag{27}$$

    NOTE[DIFF]: section 6.2 of the source feeds logits to the second adversary, (26) probabilities;
    probabilities are the default and `adversary_input="logits"` the other reading.

    Args:
        n_inputs: Size of what is shown.
        hidden: Hidden units.
        n_groups: Groups to tell apart.
        generators: One per member; each draws that member's initial weights.
    """

    def __init__(
        self, n_inputs: int, hidden: int, n_groups: int, generators: Sequence[torch.Generator]
    ) -> None:
        super().__init__()
        self.weight1 = _initial((hidden, n_inputs), n_inputs, generators)
        self.bias1 = _initial((hidden,), n_inputs, generators)
        self.weight2 = _initial((n_groups, hidden), hidden, generators)
        self.bias2 = _initial((n_groups,), hidden, generators)

    def forward(
        self, shown: Float[Tensor, "m n h"], factor: Float[Tensor, "m 1 1"]
    ) -> Float[Tensor, "m n g"]:
        """Return logits of the groups; the gradient goes back reversed and times `factor`."""
        # >>> Equations (23), (24) for the hidden vector, (26), (27) for the probabilities
        hidden = (gradient_reversal(shown, factor) @ self.weight1.mT + self.bias1[:, None]).relu()
        return hidden @ self.weight2.mT + self.bias2[:, None]
        # <<< Equations (23), (24), (26), (27)


class GateStack(nn.Module):
    r"""Gates that choose among the experts row by row, stacked along `k` runs.

    $$\ell_{gate} = \mathrm{MLP}_{gate}(state) \in \mathbb{R}^3 \tag{32}$$

    The first layer is held in two parts, for the rows `x` that all runs share and for the state
    that comes from each run's experts (31).

    Args:
        n_inputs: Encoded columns, `d`.
        hidden: Hidden units.
        temperature: $\tau$ of (33).
        generators: One per run; each draws that run's initial weights.
    """

    def __init__(
        self,
        n_inputs: int,
        hidden: int,
        *,
        temperature: float,
        generators: Sequence[torch.Generator],
    ) -> None:
        super().__init__()
        n_state = 3 * N_EXPERTS + 1
        fan_in = n_inputs + n_state
        self.temperature = temperature
        self.weight_x = _initial((hidden, n_inputs), fan_in, generators)
        self.weight_state = _initial((hidden, n_state), fan_in, generators)
        self.bias1 = _initial((hidden,), fan_in, generators)
        self.weight2 = _initial((N_EXPERTS, hidden), hidden, generators)
        self.bias2 = _initial((N_EXPERTS,), hidden, generators)

    def first_layer(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "k n u"]:
        """Return the part of the hidden layer that rests on the rows, before its activation."""
        return _linear(x, self.weight_x) + self.bias1[:, None]

    def forward(
        self, before: Float[Tensor, "k n u"], state: Float[Tensor, "k n s"]
    ) -> Float[Tensor, "k n e"]:
        """Return the log of the gate's weights (33).

        Args:
            before: **Shape** `(k, n, u)`, from `first_layer`.
            state: **Shape** `(k, n, 10)`, from the experts; see `gating.expert_state`.
        """
        # >>> Equation (32)
        hidden = (before + state @ self.weight_state.mT).relu()
        gate_logits = hidden @ self.weight2.mT + self.bias2[:, None]
        # <<< Equation (32)
        return gate_log_proba(gate_logits, self.temperature)


class Mixture(nn.Module):
    """`k` mixtures: three experts and a gate for each.

    Args:
        experts: `3 k` members, in the order utility, result, procedural; within each, by run.
        gate: `k` members.
        explainer: Attributes log-odds to source columns.
    """

    def __init__(self, experts: ExpertStack, gate: GateStack, explainer: Explainer) -> None:
        super().__init__()
        self.experts = experts
        self.gate = gate
        self.explainer = explainer

    def __len__(self) -> int:
        return len(self.gate.bias2)

    def expert_proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "e k n"]:
        """Return each expert's probability of the positive class."""
        return by_expert(self.experts.part().proba(self._for_experts(x)))

    def gate_proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "k n e"]:
        """Return the gate's weights (33); over the experts they sum to 1."""
        log_weights: Tensor = self.gate(
            self.gate.first_layer(x), expert_state(self.expert_proba(x))
        )
        return log_weights.exp()

    def proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "k n"]:
        """Return the mixture's probability of the positive class (44)."""
        return self.log_odds(x).sigmoid()

    def log_odds(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "k n"]:
        """Return the mixture's log-odds of the positive class, through the gate."""
        return self._head(
            self.experts.part().first_layer(self._for_experts(x)), self.gate.first_layer(x)
        )

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "k n d"]:
        """Return the gradient of the mixture's log-odds averaged over the path, by quadrature.

        Both first layers are affine along the path, so only what follows them is evaluated at the
        nodes; the way back through the first layers is one product. No gradient flows to the
        weights.
        """
        with torch.no_grad():
            ends = [
                (self.experts.part().first_layer(row), self.gate.first_layer(row))
                for row in (x, baseline[None])
            ]
            totals = [torch.zeros_like(layer) for layer in ends[0]]
            for node, weight in zip(*legendre_nodes(PATH_STEPS), strict=True):
                layers = [
                    torch.lerp(start.expand_as(end), end, float(node)).requires_grad_()
                    for end, start in zip(*ends, strict=True)
                ]
                with torch.enable_grad():
                    total = self._head(*layers).sum()
                for sum_, part in zip(totals, torch.autograd.grad(total, layers), strict=True):
                    sum_.add_(part, alpha=float(weight))
            through_experts = by_expert(totals[0] @ self.experts.weight1)
            return through_experts.sum(0) + totals[1] @ self.gate.weight_x

    def uniform(self) -> "Mixture":
        """Return mixtures of the same experts with equal weights."""
        state = dict(self.state_dict())
        for name in ("gate.weight2", "gate.bias2"):
            state[name] = torch.zeros_like(state[name])
        return self._with_state(len(self), state)

    def select(self, run: int) -> "Mixture":
        """Return one of the runs as a stack of one."""
        rows = {"experts": slice(run, None, len(self)), "gate": slice(run, run + 1)}
        state = {
            name: value[rows[part]] if (part := name.split(".")[0]) in rows else value
            for name, value in self.state_dict().items()
        }
        return self._with_state(1, state)

    def spec(self) -> dict[str, Any]:
        """Return, ready for JSON, what `from_spec` needs beside the weights."""
        _, hidden, n_inputs = self.experts.weight1.shape
        return {
            "runs": len(self),
            "n_inputs": n_inputs,
            "hidden": hidden,
            "slope": self.experts.slope,
            "gate_hidden": self.gate.bias1.shape[1],
            "temperature": self.gate.temperature,
            "attribution_method": self.explainer.method,
            "background_rows": len(self.explainer.background),
            "column_of": self.explainer.column_of.tolist(),
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Mixture":
        """Return mixtures of the shape that `spec` tells, for `load_state_dict` to fill."""
        blanks = [torch.Generator() for _ in range(spec["runs"] * N_EXPERTS)]
        n_inputs = spec["n_inputs"]
        explainer = Explainer(
            spec["attribution_method"],
            baseline=torch.zeros(n_inputs),
            background=torch.zeros(spec["background_rows"], n_inputs),
            column_of=torch.tensor(spec["column_of"]),
        )
        experts = ExpertStack(n_inputs, spec["hidden"], slope=spec["slope"], generators=blanks)
        gate = GateStack(
            n_inputs,
            spec["gate_hidden"],
            temperature=spec["temperature"],
            generators=blanks[: spec["runs"]],
        )
        return cls(experts, gate, explainer).eval()

    def _with_state(self, runs: int, state: Mapping[str, Tensor]) -> "Mixture":
        other = self.from_spec(self.spec() | {"runs": runs}).to(self.gate.bias2.device)
        other.load_state_dict(state)
        return other

    def _for_experts(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "*m n d"]:
        return x if x.ndim == 2 else x.repeat(N_EXPERTS, 1, 1)

    def _head(
        self, expert_before: Float[Tensor, "m n h"], gate_before: Float[Tensor, "k n u"]
    ) -> Float[Tensor, "k n"]:
        log_proba = by_expert(self.experts.part().outputs(expert_before).logits).log_softmax(-1)
        log_weights = self.gate(gate_before, expert_state(log_proba[..., 1].exp()))
        mixed = mixture_log_proba(log_proba, log_weights)
        return mixed[..., 1] - mixed[..., 0]
