"""The pages of the app: names, sections, leads, and what each needs before it is of use."""

from collections.abc import Callable
from dataclasses import dataclass

from fairmoe.ui.frame.state import Session

SECTIONS = ("", "Prepare", "Understand", "Decide", "Learn")
HOME, DATA, TRAIN, EXPERTS = "app.py", "pages/data.py", "pages/train.py", "pages/experts.py"
RESULT, AUDIT = "pages/result.py", "pages/audit.py"
ROUTING, ATTENTION, REPORT = "pages/routing.py", "pages/attention.py", "pages/report.py"
INDIVIDUAL, TRADE_OFF = "pages/individual.py", "pages/tradeoff.py"
LEARN = "pages/learn.py"


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes:
        title: Its name.
        label: Its name in the sidebar.
        section: The part of the way that it belongs to, one of `SECTIONS`.
        icon: Its icon.
        lead: One sentence under the title.
        missing: Says what has to be done before the page is of use; nothing if it is.
    """

    title: str
    label: str
    section: str
    icon: str
    lead: str
    missing: Callable[[Session], str]


def _never(_: Session) -> str:
    return ""


def _data_missing(state: Session) -> str:
    if state.table is None:
        is_opened = state.kept is not None and state.kept.rows is None
        return "Give the table of the run first." if is_opened else "Load data first."
    return "" if state.labelled is not None else "Settle the roles of the columns first."


def run_missing(state: Session) -> str:
    """Say what has to be done before there is a run; nothing if there is one."""
    return "" if state.run is not None else (_data_missing(state) or "Train first.")


PAGES = {
    HOME: Page(
        "What does a fairness-aware model do to your data?",
        "Home",
        "",
        ":material/home:",
        "",
        _never,
    ),
    DATA: Page(
        "Data",
        "Data",
        "Prepare",
        ":material/table_chart:",
        "Upload data, choose the target and the sensitive attribute, and check for problems before "
        "training.",
        _never,
    ),
    TRAIN: Page(
        "Train",
        "Train",
        "Prepare",
        ":material/model_training:",
        "Set the fairness weights of the experts and train; how much the gate counts fairness is "
        "set on Result.",
        _data_missing,
    ),
    AUDIT: Page(
        "Audit",
        "Audit",
        "Understand",
        ":material/fact_check:",
        "See what a score or decisions in your table do to each group, without any training.",
        _data_missing,
    ),
    RESULT: Page(
        "Result",
        "Result",
        "Understand",
        ":material/insights:",
        "See who gets the outcome, who is wrongly refused it, and what the mixture changes.",
        run_missing,
    ),
    EXPERTS: Page(
        "Experts",
        "Experts",
        "Understand",
        ":material/groups:",
        "Compare the mixture, its experts and plain baselines, and see what each group gets.",
        run_missing,
    ),
    ROUTING: Page(
        "Routing",
        "Routing",
        "Understand",
        ":material/alt_route:",
        "See which expert decides for each group, what follows, and what changes if you override "
        "the gate.",
        run_missing,
    ),
    ATTENTION: Page(
        "Attention",
        "Attention",
        "Understand",
        ":material/visibility:",
        "See through which features the gap comes, what each model relies on, and what may be "
        "chance.",
        run_missing,
    ),
    INDIVIDUAL: Page(
        "Individual",
        "Individual",
        "Understand",
        ":material/person_search:",
        "Look at one person: predictions, reasons, and what would change the decision.",
        run_missing,
    ),
    TRADE_OFF: Page(
        "Trade-off",
        "Trade-off",
        "Decide",
        ":material/balance:",
        "Compare accuracy and fairness over many settings and pick a point that no other beats in "
        "both (the Pareto front).",
        run_missing,
    ),
    REPORT: Page(
        "Report",
        "Report",
        "Decide",
        ":material/description:",
        "One file that says in plain words what was trained, whom it affects how, and how sure "
        "that is.",
        run_missing,
    ),
    LEARN: Page(
        "Learn",
        "Learn",
        "Learn",
        ":material/school:",
        "Twelve short lessons, computed live on 4,000 applicants like the demo's. Here all women "
        "were hired less often at the same skill, on purpose.",
        _never,
    ),
}


def in_sections() -> dict[str, list[str]]:
    """Return the paths of the pages by section, in the order of the way."""
    return {
        section: [path for path, entry in PAGES.items() if entry.section == section]
        for section in SECTIONS
    }
