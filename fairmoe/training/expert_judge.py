"""How experts do on the validation rows: their thresholds, and at which checkpoint each is kept."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.explain import Explainer
from fairmoe.functional.scores import EVEN
from fairmoe.nn import ExpertStack
from fairmoe.training.batches import Batch
from fairmoe.training.cache import KeptExpert
from fairmoe.training.evaluation import Evaluation, evaluate
from fairmoe.training.members import Members
from fairmoe.training.selection import Guard, criterion
from fairmoe.training.thresholds import fit_thresholds


class ExpertJudge:
    """Ranks a stack of experts by the validation rows, each beside the utility expert of its run.

    Args:
        members: The settings of the `m` experts.
        validation: The `n` rows.
        n_groups: The number of groups.
        explainer: Attributes log-odds in the final score.
        guard: Says which experts are no choice.
        known: Utility experts that were trained before, by their settings, which members are
            compared with.
    """

    def __init__(
        self,
        members: Members,
        validation: Batch,
        n_groups: int,
        explainer: Explainer,
        guard: Guard,
        known: Mapping[Settings, KeptExpert],
    ) -> None:
        self._members, self._rows, self._n_groups = members, validation, n_groups
        self._explainer, self._guard, self._known = explainer, guard, known
        self._own = members.sizes[0]
        self._decisions: list[Tensor] = []

    def decisions(self) -> Tensor:
        """Return what the `a` utility experts said whenever looked at, **Shape** `(times, a, n)`.

        Fairness experts that are trained later, alone, are compared with these.
        """
        return torch.stack(self._decisions)

    def look_at(self, experts: ExpertStack, check: Callable[[], None]) -> tuple[Tensor, Tensor]:
        """Score the experts as they are now, and take down what the utility experts say.

        Returns:
            Their final scores and what they are ranked by, each **Shape** `(m,)`.
        """
        evaluation = evaluate(
            experts.part(),
            self._explainer,
            self._rows,
            self._n_groups,
            self._members.shared,
            check,
        )
        ranked = self.rank(evaluation)
        self._decisions.append(evaluation.decisions[: self._own].cpu())
        return evaluation.scores["final_score"], ranked

    def rank(self, evaluation: Evaluation) -> Tensor:
        """Return what experts are ranked by, **Shape** `(m,)`: utility, or else the final score.

        NOTE[DIFF]: utility experts are ranked by utility. Ranked by its final score, the expert
        that is to show what utility alone gives would be kept at its least useful moment.
        """
        decisions, scores, own = evaluation.decisions, evaluation.scores, self._own
        plain = self._plain(decisions[:own], len(self._decisions))
        refused = self._guard.refuses(decisions, plain)
        by_utility, by_final_score = (criterion(scores, by, refused) for by in (None, EVEN))
        return torch.cat([by_utility[:own], by_final_score[own:]])

    @torch.no_grad()
    def look_once_more(self, experts: ExpertStack) -> None:
        """Take down what the utility experts say with the weights and thresholds they end with."""
        self._decisions.append((experts.part().log_odds(self._rows.x)[: self._own] > 0).cpu())

    def fit_thresholds(self, experts: ExpertStack) -> None:
        """Set from which log-odds each expert says yes, by the validation rows."""
        if self._members.shared.threshold == "half":
            return
        with torch.no_grad():
            log_odds = experts.part().log_odds(self._rows.x)
        utility, fairness = log_odds.tensor_split([self._own])
        thresholds = self._fit(utility, lambda yes: self._guard.refuses(yes, yes), by_utility=True)
        # The others are compared with utility experts as they will be.
        plain = self._plain(utility > thresholds[:, None], -1)[self._own :]
        others = self._fit(
            fairness,
            lambda yes: self._guard.refuses(yes, plain.expand_as(yes)),
            by_utility=False,
        )
        experts.threshold.copy_(torch.cat([thresholds, others]))

    def _fit(
        self, log_odds: Tensor, refuses: Callable[[Tensor], Tensor], *, by_utility: bool
    ) -> Tensor:
        if not len(log_odds):
            return log_odds.new_zeros(0)
        return fit_thresholds(
            log_odds,
            self._rows.y,
            self._rows.group,
            self._n_groups,
            refuses,
            by_utility=by_utility,
            weights=self._rows.weights,
        )

    def _plain(self, decisions: Tensor, checkpoint: int) -> Tensor:
        """Return what the utility expert of each member says, **Shape** `(m, n)`.

        Args:
            decisions: **Shape** `(a, n)`. Of the utility experts among the members.
            checkpoint: At which those that were trained before are looked at.
        """
        known = [
            one.decisions[checkpoint].to(decisions.device)
            for one in self._known.values()
            if one.decisions is not None
        ]
        pool = torch.cat([decisions, torch.stack(known)]) if known else decisions
        place = {settings: i for i, settings in enumerate((*self._members.blocks[0], *self._known))}
        return pool[[place[settings] for settings in self._members.utility_experts()]]
