"""The mixture of three experts and a gate."""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from fairmoe.explain import Explainer
from fairmoe.functional.gating import expert_state, mixture_log_proba
from fairmoe.nn.experts import Experts, ExpertStack
from fairmoe.nn.gate import GateStack
from fairmoe.nn.head import mixture_head
from fairmoe.nn.path import average_over_path
from fairmoe.nn.stacking import N_EXPERTS, affine, by_expert

PATH_STEPS = 32
FEWER_PATH_STEPS = 8
"""Nodes at which a mixture is attributed on the rows that it was trained on."""

FEWEST_PATH_STEPS = 4
"""Nodes at which a mixture is attributed while it is chosen: often, and scored anew afterwards."""

_NEVER = 60.0
"""Log-odds against an expert of which nothing is left in float64, nor in float32."""


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
        self.path_steps = PATH_STEPS

    def with_path_steps(self, steps: int) -> "Mixture":
        """Return the same mixtures, their attributions computed at fewer nodes; weights are shared.

        Eight nodes take a quarter of the time of 32. Against 256 they moved a score by 0.01 points
        in the median and 2.0 at most, 32 by 0.001 and 0.8 (32 splits of 200 to 10,000 rows of the
        demo, German credit and Adult); on 80 rows by up to 1.6.
        """
        other = copy.copy(self)
        other.path_steps = steps
        return other

    def __len__(self) -> int:
        return len(self.gate.bias2)

    def expert_proba(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "e k n"]:
        """Return each expert's probability of the positive class."""
        logits = self._expert_logits(x)
        log_odds = logits[..., 1] - logits[..., 0]
        return log_odds.sigmoid().expand(-1, len(self), -1)

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
        log_proba = self._expert_logits(x).mT.log_softmax(-2).mT
        state = expert_state(log_proba[..., 1].exp())
        log_weights = self.gate(self.gate.first_layer(x), state.expand(len(self), -1, -1))
        mixed = mixture_log_proba(log_proba.expand(-1, len(self), -1, -1), log_weights)
        return mixed[..., 1] - mixed[..., 0]

    def average_gradient(
        self, x: Float[Tensor, "n d"], baseline: Float[Tensor, " d"]
    ) -> Float[Tensor, "k n d"]:
        """Return the gradient of the mixture's log-odds averaged over the path.

        By quadrature, or exactly where the gate gives all rows to one expert. No gradient flows to
        the weights.
        """
        alone = self.gate.only_expert()
        mixed = [run for run, expert in enumerate(alone) if expert is None]
        if len(mixed) == len(self):
            return average_over_path(
                *self.distinct_experts(),
                self.gate,
                x,
                baseline,
                head=mixture_head,
                steps=self.path_steps,
            )
        members = [run + len(self) * (expert or 0) for run, expert in enumerate(alone)]
        with torch.no_grad():
            gradients = self.experts.part(members).average_gradient(x, baseline)
        if mixed:
            others = self.select(*mixed).with_path_steps(self.path_steps)
            gradients[mixed] = others.average_gradient(x, baseline)
        return gradients

    def uniform(self) -> "Mixture":
        """Return mixtures of the same experts with equal weights."""
        state = dict(self.state_dict())
        for name in ("gate.weight2", "gate.bias2"):
            state[name] = torch.zeros_like(state[name])
        return self._with_state(len(self), state)

    def always(self, expert: int) -> "Mixture":
        """Return mixtures of the same experts whose gates send every row to one of them."""
        state = dict(self.state_dict())
        state["gate.weight2"] = torch.zeros_like(state["gate.weight2"])
        logits = torch.full_like(state["gate.bias2"], -_NEVER * self.gate.temperature)
        logits[:, expert] = 0
        return self._with_state(len(self), state | {"gate.bias2": logits})

    def select(self, *runs: int) -> "Mixture":
        """Return some of the runs as a stack of their own."""
        of_experts = [run + len(self) * expert for expert in range(N_EXPERTS) for run in runs]
        rows = {"experts": of_experts, "gate": list(runs)}
        state = {
            name: value[rows[part]] if (part := name.split(".")[0]) in rows else value
            for name, value in self.state_dict().items()
        }
        return self._with_state(len(runs), state)

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
    def from_state(cls, spec: Mapping[str, Any], state: Mapping[str, Tensor]) -> "Mixture":
        """Return the mixtures that `spec` and `state_dict` told of."""
        coalitions = (state["explainer.masks"], state["explainer.solve"])
        mixture = cls.from_spec(spec, coalitions)
        mixture.load_state_dict(state)
        return mixture

    @classmethod
    def from_spec(
        cls, spec: Mapping[str, Any], coalitions: tuple[Tensor, Tensor] | None = None
    ) -> "Mixture":
        """Return mixtures of the shape that `spec` tells, for `load_state_dict` to fill.

        Args:
            spec: As the method of that name returns it.
            coalitions: See `Explainer`.
        """
        blanks = [torch.Generator() for _ in range(spec["runs"] * N_EXPERTS)]
        n_inputs = spec["n_inputs"]
        explainer = Explainer(
            spec["attribution_method"],
            baseline=torch.zeros(n_inputs),
            background=torch.zeros(spec["background_rows"], n_inputs),
            column_of=torch.tensor(spec["column_of"]),
            coalitions=coalitions,
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
        return self.from_state(self.spec() | {"runs": runs}, state).to(self.gate.bias2.device)

    def distinct_experts(self) -> tuple[Experts, Int[Tensor, "e r"]]:
        """Return the experts, each once, and which are those of each run.

        `r` is 1 where all runs have the same, or as many as there are runs.
        """
        runs, device = len(self), self.gate.bias2.device
        flat = torch.cat([each.view(len(each), -1) for each in self.experts.parameters()], 1)
        of_runs = by_expert(flat)
        if torch.equal(of_runs, of_runs[:, :1].expand_as(of_runs)):
            one_of_each = slice(None, None, runs)
            return self.experts.part(one_of_each), torch.arange(N_EXPERTS, device=device)[:, None]
        _, same = torch.unique(flat, dim=0, return_inverse=True)
        every = torch.arange(len(same), device=device)
        first = every.new_full((int(same.max()) + 1,), len(same))
        first.scatter_reduce_(0, same, every, "amin")
        return self.experts.part(first.tolist()), by_expert(same)

    def _expert_logits(self, x: Float[Tensor, "*k n d"]) -> Float[Tensor, "e r n 2"]:
        """Return what the experts say; `r` is 1 where that is the same for all runs."""
        experts, places = self.distinct_experts()
        if x.ndim == 2:
            return experts.outputs(experts.first_layer(x)).logits[places]
        if places.shape[1] == 1:
            logits = experts.outputs(experts.first_layer(x.flatten(0, 1))).logits
            return logits[places[:, 0]].view(N_EXPERTS, *x.shape[:2], -1)
        # The three experts of a run see the same rows: their first layers are one product.
        runs = len(self)
        of_runs = torch.arange(N_EXPERTS * runs).view(N_EXPERTS, runs).T.flatten()
        every = self.experts.part(of_runs.tolist())
        joined = affine(x, every.weight1.view(runs, -1, x.shape[-1]), every.bias1.view(runs, -1))
        before = joined.mT.reshape(*every.bias1.shape, -1).mT
        logits = every.outputs(before).logits
        return logits.view(runs, N_EXPERTS, *logits.shape[1:]).transpose(0, 1)
