"""What a reviewer adds to a report and signs: intended use, out of scope, and the decision."""

import hashlib
from dataclasses import dataclass
from datetime import date

from fairmoe.names import DECISIONS, Decision
from fairmoe.report.blocks import Form, Section, Text
from fairmoe.runs import Run


@dataclass(frozen=True)
class Cover:
    """What the reviewer adds.

    Attributes:
        date: The day of the report, and of the decision if there is one.
        title: Its title; by default it names the table.
        author: Who wrote it; may be empty.
        notes: Free text; may be empty.
        intended_use: What the model is meant for; may be empty.
        out_of_scope: What it must not be used for; may be empty.
        reviewer: Who decides; may be empty, as may be the rest, which then is left for a pen.
        role: As what the reviewer decides.
        decision: What was decided; None if nothing was yet.
        reason: Why, and under which conditions.
    """

    date: date
    title: str = ""
    author: str = ""
    notes: str = ""
    intended_use: str = ""
    out_of_scope: str = ""
    reviewer: str = ""
    role: str = ""
    decision: Decision | None = None
    reason: str = ""

    def title_for(self, name: str) -> str:
        """Return the title, by default one that names the table."""
        return self.title.strip() or f"What the models do to {name or 'the table'}"


def use(cover: Cover) -> Section:
    """Say what the model is meant for, and for what it is not."""
    fields = (
        ("Intended use", cover.intended_use.strip()),
        ("Out of scope", cover.out_of_scope.strip()),
    )
    beyond = (
        "Out of scope in any case: people unlike those of the table, other groups than those "
        "compared here, and decisions that nobody can review or appeal."
    )
    return Section("use", "Intended use and out of scope", (Form(fields), Text(beyond)))


def sign_off(run: Run, cover: Cover) -> Section:
    """Leave room for a decision, or give it, with what it was decided on."""
    boxes = "   ".join(
        # With spaces that keep a box and its words on one line.
        f"{'☒' if decision == cover.decision else '☐'} {label}".replace(" ", "\u00a0")
        for decision, label in DECISIONS.items()
    )
    fields = (
        ("Reviewer", cover.reviewer.strip()),
        ("Role", cover.role.strip()),
        ("Decision", boxes),
        ("Reason and conditions", cover.reason.strip()),
        ("Date", cover.date.isoformat() if cover.decision else ""),
        ("Signature", ""),
        ("SHA-256 of the table's file", run.data.sha256),
        ("Run (digest of table, roles and settings)", run.run_id),
        ("SHA-256 of the mixture's scores on the test rows", _digest_of_scores(run)),
    )
    told = "Decided on the table and the run with these digests; another table is another decision."
    return Section("signoff", "Sign-off", (Text(told), Form(fields)))


def _digest_of_scores(run: Run) -> str:
    """Return what tells this model from one trained alike on another machine."""
    return hashlib.sha256(run.splits["test"].proba["mixture"].tobytes()).hexdigest()
