"""Cut-offs on Experts: set, followed at once, warned of, and saved as a variant."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import choose_cutoffs
from fairmoe.analysis.cutoffs import Costs
from fairmoe.sentences.cutoffs import BY_GROUP_MAY_BE_UNLAWFUL, SHOWN_AS_TRAINED, cutoffs_in_words
from tests.ui.parts import open_part, own_key

pytestmark = pytest.mark.slow
WARNING = escape_markdown(BY_GROUP_MAY_BE_UNLAWFUL.format(positive="hired", other="not hired"))


@pytest.fixture
def part(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return open_part(app.switch_page("pages/experts.py").run(), "group-part", "Cut-offs")


def told(app: AppTest) -> list[str]:
    assert not app.exception
    assert not app.error
    return [text.value.replace("\\", "") for text in app.markdown]


def choose(app: AppTest, way: str, *, by_group: bool = True) -> AppTest:
    who = "One for each group" if by_group else "One for all"
    app.get_by_key(own_key(app, "cutoffs-who")).set_value(who).run()
    return app.get_by_key(own_key(app, f"cutoffs-way-{by_group}")).set_value(way).run()


def test_it_begins_with_the_decisions_as_trained(part):
    assert "One cut-off for all, in the probability of “hired”: 0.500." in told(part)
    assert "These cut-offs decide as the model was trained to." in told(part)
    assert WARNING not in [warning.value for warning in part.warning]
    assert not any(text.startswith("**Of 100 people") for text in told(part))


def test_cutoffs_moved_by_hand_are_followed(part, demo_run):
    run, _ = demo_run
    part.get_by_key(f"cutoffs-at-{run.run_id}-False-0").set_value(0.3).run()
    record = run.splits["test"]
    yes = record.proba["mixture"].astype(float) > 0.3
    text = next(text for text in told(part) if text.startswith("With these cut-offs"))
    assert f"“hired” goes to {yes.sum():,} of 802 people" in text
    assert f"{100 * np.mean(yes == record.y_true):.1f}% of the decisions agree" in text
    assert "“not hired” wrongly goes to" in text
    assert "**Of 100 people, who gets “hired”?**" in told(part)
    table = next(frame.value for frame in part.dataframe if "cost" in frame.value)
    assert table["cost"]["With these cut-offs"] == pytest.approx(Costs().of(record.y_true, yes))


def test_cutoffs_by_group_are_chosen_on_validation_rows_and_warned_of(part, demo_run):
    run, _ = demo_run
    choose(part, "Same approval rate")
    record = run.splits["validation"]
    rows = {"group": record.group, "n_groups": 2}
    expected = choose_cutoffs(
        record.y_true, record.proba["mixture"], **rows, equal="selection_rate"
    )
    assert cutoffs_in_words(list(run.data.groups), expected, "hired") in told(part)
    assert WARNING in [warning.value for warning in part.warning]
    part.get_by_key(own_key(part, "cutoffs-cost-1")).set_value(4.0).run()
    expected = choose_cutoffs(
        record.y_true, record.proba["mixture"], **rows, equal="selection_rate", costs=Costs(1, 4)
    )
    assert cutoffs_in_words(list(run.data.groups), expected, "hired") in told(part)
    choose(part, "A gap of at most ...", by_group=False)
    part.get_by_key(own_key(part, "cutoffs-gap-in")).set_value("true_positive_rate").run()
    part.get_by_key(own_key(part, "cutoffs-gap")).set_value(2.0).run()
    expected = choose_cutoffs(
        record.y_true, record.proba["mixture"], **rows, by_group=False,
        equal="true_positive_rate", max_gap=0.02, costs=Costs(1, 4),
    )  # fmt: skip
    assert cutoffs_in_words(list(run.data.groups), expected, "hired") in told(part)


def test_when_the_simple_tool_is_the_better_one_is_said(part):
    captions = " ".join(caption.value for caption in part.caption).replace("\\", "")
    assert "With thresholds by group, chosen for a gap of at most the mixture's" in captions
    assert (
        "Cut-offs are chosen on the validation rows; all figures here are of the test" in captions
    )


def test_a_variant_is_saved_shown_and_told_of_on_pages_before_the_cutoffs(part, demo_run):
    choose(part, "Same true positive rate")
    part.get_by_key(f"cutoffs-name-{demo_run[0].run_id}").set_value("alike").run()
    part.get_by_key("cutoffs-save").click().run()
    state = part.session_state["fairmoe"]
    assert not part.exception
    assert state.kept.name == "alike"
    assert state.run.cutoffs.by_group
    assert len(state.runs) == 2
    note = next(info.value for info in part.info if "Show the run that" in info.value)
    assert "A cut\\-off for each group" in note
    routing = part.switch_page("pages/routing.py").run()
    assert escape_markdown(SHOWN_AS_TRAINED) in [info.value for info in routing.info]
