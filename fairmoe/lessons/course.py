"""The words of the nine lessons; what they show is computed by the module of the same name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        short: Its name in one word.
        title: Its name.
        text: The idea in plain words, up to six sentences.
        equations: Numbers of the equations it is about.
        work: What opening it for the first time computes.
        question: Something to think about.
        answer: The answer to it.
    """

    short: str
    title: str
    text: str
    equations: tuple[int, ...]
    work: str
    question: str
    answer: str


COURSE: dict[str, Lesson] = {
    "criteria": Lesson(
        "Gaps",
        "Two gaps, and when they conflict",
        "Demographic parity (DP) asks whether the groups are approved equally often. Equal "
        "opportunity (EO) asks it only of those who truly deserve approval, as the labels say. "
        "If the groups differ in how often the label is positive, the same number of approvals "
        "cannot in general be shared out so that both gaps vanish. Move the bias of the hiring "
        "and choose a rule, and see which gap each rule leaves.",
        (14, 17),
        "Fitting five logistic regressions",
        "In this demo women are as skilled as men, and were hired less often all the same. Which "
        "of the two gaps would you trust here?",
        "EO takes the labels as the truth, and here it is the labels that are unjust: a rule with "
        "no EO gap repeats what was done to the women. DP does not look at the labels. Where the "
        "labels are right and the groups do differ, it is the other way round: then DP asks for "
        "people to be treated alike who differ in what counts. No formula can tell which it is.",
    ),
    "experts": Lesson(
        "Experts",
        "What the three experts want",
        "Three small networks see the same rows and learn from different losses. The utility "
        "expert wants to be right. The result expert wants to be right and to treat the groups "
        "alike in what they get. The procedural expert wants to be right for the same reasons in "
        "each group, and to forget the group. Choose an expert to see what it did, with all four "
        "weights at 1.",
        (5, 7, 18),
        "Training fifteen small experts",
        "Which expert is the best one?",
        "None is, before you say what counts. The gaps that each of them closes are the ones its "
        "loss names, and what it pays for that shows in the other panels. That is the reason to "
        "keep three of them and a gate that decides whom to ask for each row.",
    ),
    "outcome_weight": Lesson(
        "Lambda",
        "What a lambda buys",
        "A lambda says how much a fairness term counts beside being right. This one weighs the "
        "outcome gaps in the result expert, with all other lambdas at 0. On the left, each mark is "
        "one training: utility against the mean of both gaps. On the right, the two gaps that this "
        "mean is made of. Move the slider and see what goes down and what comes up instead.",
        (7, 11),
        "Training 24 small result experts",
        "The mean of the two gaps may stay where it is while the model changes a great deal. Is "
        "that a failure of the training?",
        "No. The demo's labels are biased, so that closing one gap opens the other, as in the "
        "first lesson; the loss adds the two, and one can be traded for the other at no gain in "
        "the sum. Besides, the loss sees probabilities and the gaps count yes and no, so that a "
        "strong lambda may overshoot. Only near the constant prediction, where everyone gets the "
        "same, do both vanish. Always look at the parts of a score.",
    ),
    "attention": Lesson(
        "Attention",
        "Attention, and how far it lies apart",
        "A prediction can be divided among the columns it rests on; the shares, without their "
        "sign, are the model's attention. The Jensen-Shannon divergence (JSD) measures how far the "
        "mean attention of one group lies from that of the other: 0 if it is the same, 100 percent "
        "if the groups share no column. A weight on it, lambda_attention, draws them together. "
        "Watch the columns that stand in for the group.",
        (21, 20, 19),
        "Training fifteen small procedural experts",
        "Once the attention is the same for both groups, does the model treat them the same?",
        "Not for that. Attention says which columns count and how much, not in which direction nor "
        "with what result: look at the DP gap in the table, before and after. Equal reasons and "
        "equal outcomes are two things.",
    ),
    "reversal": Lesson(
        "Reversal",
        "Gradient reversal",
        "Even without the group among its columns, a network can guess it from others. So an "
        "adversary tries to tell the group from the network's hidden vector, and its gradient is "
        "turned round on the way back: the network learns to make it fail. Whether that worked is "
        "not for the adversary to say. A fresh probe that took no part is trained on the finished "
        "hidden vectors; its AUC is 50 percent if it can only guess.",
        (23, 24, 30),
        "Training fifteen small procedural experts against adversaries",
        "Suppose the probe came down to guessing. Could no one find the group in the hidden vector "
        "any more?",
        "This probe could not: it is linear, and learnt from 1,200 rows. A stronger one, or more "
        "rows, might. That a probe succeeds shows that the group is there; that it fails shows "
        "much less.",
    ),
    "reward": Lesson(
        "Reward",
        "How the gate learns from reward",
        "The gate sends each row to an expert and is told only how well all of it went together. "
        "So it tries routings at random and leans towards those that earned more than a baseline, "
        "which is REINFORCE. What this app does by default is its Rao-Blackwellised form: of each "
        "row every choice is tried, and only the choices of the other rows are left to chance. "
        "A reward that is the same whatever the gate does teaches nothing: its estimates scatter "
        "around zero. The others scatter around the truth, which with few rows can be counted over "
        "every routing; they differ in how widely, and so in how many tries it takes.",
        (37, 38),
        "Training three experts and estimating a gradient 90,000 times",
        "A baseline is subtracted from the reward, and yet the estimate still aims at the truth. "
        "Why does it not shift it?",
        "The gate's probabilities add up to one, so that raising some lowers others: multiplied by "
        "any number that does not depend on the actions, the changes cancel on average. That is "
        "also why a reward that ignores the actions teaches nothing: all of it is baseline. What a "
        "baseline narrows depends on how far from 0 the average reward is; where it is near 0 "
        "already, there is little to subtract.",
    ),
    "balance": Lesson(
        "Balance",
        "Temperature and load balance",
        "The gate's scores become weights by a softmax. Divided by a temperature above 1 they "
        "become more alike, by one below 1 more decided. The load-balance penalty looks at "
        "something else: how much of all rows each expert gets. Use of the experts can be even "
        "while every single row is decided. Move both and compare the two panels.",
        (33, 42),
        "Training nine gates",
        "Without the penalty, different seeds may leave different experts idle. What does that say "
        "about the expert that is left out?",
        "Little. Which expert a gate turns to first is partly chance, and one that is hardly used "
        "hardly gets a second hearing. Before you read anything into a gate's favourite, train "
        "with other seeds.",
    ),
    "constant": Lesson(
        "Constant",
        "When a constant wins",
        "A constant prediction gives everyone the same, so that no gap between groups can be "
        "found in it. Its utility depends on the base rate alone: where most rows are positive, "
        "calling all of them positive looks good. Here the models may not see the columns that "
        "show skill, so there is little to learn. Move the base rate and see which of the two gets "
        "the higher final score.",
        (47,),
        "Training twelve small mixtures",
        "Why is the jump of the constant's score at one half?",
        "There it changes from calling everyone negative to calling everyone positive. Its "
        "accuracy stays near one half, but its F1 goes from 0 to two thirds, because F1 counts the "
        "positive class only. So whether a constant can win depends on which class you name "
        "positive.",
    ),
    "chance": Lesson(
        "Chance",
        "Sample size and chance",
        "Two groups that are treated exactly alike still differ in a table, because tables are "
        "finite. Here the groups are drawn from the same people, thousands of times, and the gap "
        "in their approval rates is measured. The fewer rows, the larger the gaps that chance "
        "alone makes. A permutation test compares a gap with those of shuffled groups, and so "
        "knows how many rows there are.",
        (14,),
        "Drawing 14,000 tables",
        "A report says: the gap is 5 points. What do you ask first?",
        "How many rows there were in the smaller group. After that, how often chance alone makes "
        "such a gap with so many rows. A gap within the reach of chance is no proof of equality "
        "either: with few rows a true gap of 5 points looks the same.",
    ),
}
