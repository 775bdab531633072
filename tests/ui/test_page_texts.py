"""What pages say of results where no sentence is made: which way is better, what is chosen on what.

Each text stands in a module as it stands here; whether it is true is told beside it, where a reader
could doubt it.
"""

import ast
from pathlib import Path

import pytest

import fairmoe.ui
from fairmoe.dial import FAIRNESS_WEIGHTS
from fairmoe.sweep.recommendation import SEEDS
from tests.mutate_sentences import texts_of

PREPARE = {
    "existing": (
        "Scores above it decide one way, all others the other. It begins at one half for scores "
        "from 0 to 1, and else where as many people get the outcome as have it.",
        "What a score above the cut-off says. It begins with what such people more often have as "
        "their label.",
        "A column that holds what another model, a rule or people said: a score, such as a "
        "probability, a decile or a risk, or decisions. The likeliest come first. It is left out "
        "of the features, and stands beside the mixture as one more model.",
    ),
    "groups": (
        "Groups of fewer rows, or without a row of the positive class, become one. 0 merges none.",
        "Rows for training only teach the models, and count in no group and no score.",
    ),
    "leaks": (
        " of them and judged on the rest, in turn (seed 0). The grey band is what features that "
        "say nothing give.",
    ),
    "outcome": (
        "Being hired is good, being called a reoffender is bad. The answer decides what counts as "
        "harm: the bad outcome given to someone whose label is the good one. Without an answer, no "
        "change is called better or worse for a person.",
    ),
    "presets": (
        "No fairness loss at all: three experts of one aim, for comparison.",
        "Presses for equal outcomes; how they come about is left free.",
        "Presses for equal reasons; what comes out of them is left free.",
        "Tries nine likely settings around the ones below, with two seeds each, and keeps the best "
        "on the validation rows. It takes two to four times as long as one training.",
    ),
    "roles": ("Ascending numbers, comma-separated. A value equal to a cut falls below it.",),
    "settings": (
        "Pulls the groups' average hidden vectors together, so that the expert describes the "
        "groups alike.",
        "Shrinks the difference in how often each group is predicted positive, among all and among "
        "those who truly are.",
        "Makes the expert rely on the same columns to the same degree for every group.",
        "Trains against two opponents that try to guess the group from the hidden vector and from "
        "the prediction.",
        "How much equal outcomes and equal reasons count in training, against being right. It sets "
        "the four fairness weights (lambdas) under Advanced, which the experts are trained with; "
        "at 0 they are switched off. How much the gate counts the gaps is another choice: “How "
        "much should fairness count?” on Result. The scale is logarithmic.",
    ),
    "warnings": (
        "No feature has missing values.",
        " of them and judged on the third, in turn (seed 0). The grey band is what features that "
        "say nothing give.",
        "50% is chance, 100% gives it away.",
    ),
}
UNDERSTAND = {
    "attention": (
        " The distance is a Jensen-Shannon divergence, from 0 (all groups get the same mean "
        "attention) to 100 (two have no column in common).",
        "At first those that make most of the attention distance.",
    ),
    "attributions": (
        " Wide lines hold the middle half of the rows, thin ones 90%, and markers are medians. ",
        ". Distances of a sample are larger than those of all rows, because the means of fewer "
        "rows vary more.",
    ),
    "choice_sources": (
        "At first the one whose weight differs most between the group and all others.",
        "They are compared with everyone else.",
    ),
    "closest_change": ("No change of one or two columns was found.",),
    "criterion": (
        "Demographic parity: how much more often one group gets the outcome. Equal opportunity: "
        "how much more often those of one group get it whose label is that outcome. Result and "
        "Experts show this gap first; all others stand behind Numbers.",
    ),
    "gap_sources": (
        "At first the group to which the mixture gives the good outcome least often, of those "
        "with enough rows.",
        "At first the group to which it gives it most often, of those with enough rows.",
    ),
    "individual": (
        " Bars to the left speak against ",
        ". What a model makes of a value is not what the value causes.",
        "The nearest has the least sum of squared differences: a number counts in its scaled "
        "units, another level of a category as 1.41.",
        "The nearest person differs least in all columns together that the models see, without the "
        "sensitive ones. What the table leaves out may still differ.",
        " is swapped; a person of another group would differ in more.",
    ),
    "plain_model": ("What the mixture changes for people, against which other model.",),
    "results": (
        "The weights were chosen on the validation rows; nothing was chosen on the test rows.",
    ),
    "review": (
        "The largest gap that you accept, in percentage points (differences of rates). Each gap "
        "then gets one of three verdicts: within, exceeds, or cannot be told because the "
        "interval of the gap contains it.",
        "The reference: each other group is compared with it. By default the largest.",
    ),
    "review_tables": (
        ": intervals hold for all groups at once, p-values (how often chance alone would make such "
        "a difference) are of one pair each, made larger the more pairs are compared (Holm's "
        "method).",
    ),
    "routing": (
        "100%: the gate weighs all experts alike.",
        " Every row counts for the expert of most weight, however little more it has; the "
        "prediction is the mixture's.",
        "At first the feature, or sensitive column, along which the weights move most.",
    ),
}
DECIDE = {
    "dial": (
        "How accurate can the mixture of this run be for a smaller gap? Gates on its experts "
        "answer that, from gaps that count nothing to gaps that count eight times.",
        "Which gap the figure shows. Whichever it is, the gates count the result gap and the "
        "procedure gap.",
        " test rows; gates were chosen on the validation rows. Each mixture has a gate of its own, "
        "on experts that may be those after another fine-tuning.",
        " Thin bars are 95% intervals: of a DP or EO gap, and of the difference in accuracy from "
        "the utility expert.",
    ),
    "sweeping": (
        ", and all runs share its split. Each combination is trained on the training rows, the "
        "runs are chosen on the validation rows, and the figure shows the test rows. Several runs "
        "train at once, which rounds otherwise than one alone; where adversaries train, scores can "
        "come out some points apart for it. ",
        " epochs: with fewer, runs may do worse than it did.",
    ),
    "tradeoff": (
        "Runs that no other beats in both utility and the chosen gap on the validation rows. A run "
        "that gives nearly all rows "
        "one answer does not count.",
        "How much of the field between the best that there can be (utility 100%, gap 0) and the "
        "worst (utility 0, gap 100 pp) these runs reach or surpass on the test rows. It compares "
        "sweeps.",
    ),
    "wishes": ("I accept this much less accuracy, in pp. What do I get?",),
}
LEARN = {
    "gaps": (
        "Half of the tables have a smaller one.",
        "95% are below",
        " rows, drawn from applicants like the demo's but hired without bias. ",
    ),
    "gates": ("Expected reward before this step.",),
    "people": (
        "Against one cut-off for all.",
        "Pairs of people of a group, against the utility expert's order.",
    ),
}
SECTIONS = {"prepare": PREPARE, "understand": UNDERSTAND, "decide": DECIDE, "learn": LEARN}


@pytest.mark.parametrize("section", SECTIONS)
def test_what_pages_say_of_results_stands_there_word_by_word(section):
    folder = Path(fairmoe.ui.__file__).parent / section
    for module, texts in SECTIONS[section].items():
        source = (folder / f"{module}.py").read_text(encoding="utf-8")
        there = {text.value for text in texts_of(ast.parse(source))}
        assert set(texts) <= there, (module, set(texts) - there)


def test_how_often_gaps_count_and_how_many_seeds_are_tried_is_what_is_said():
    assert (FAIRNESS_WEIGHTS[0], FAIRNESS_WEIGHTS[-1]) == (0, 8)
    assert SEEDS == 2
