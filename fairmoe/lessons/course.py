"""The words of the twelve lessons; what they show is computed by the module of the same name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        short: Its name in one word.
        title: Its name.
        text: The idea in plain words, up to seven sentences.
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
        "Demographic parity (DP) asks whether the groups are hired equally often. Equal "
        "opportunity (EO) asks this only of those who deserve it, as the labels say. If the labels "
        "differ between the groups, no rule can in general close both gaps. Move the bias of the "
        "hiring, choose a rule, and see which gap it leaves.",
        (14, 17),
        "Fitting five logistic regressions",
        "In this demo women are as skilled as men, but were hired less often. Which of the two "
        "gaps would you trust here?",
        "EO takes the labels as the truth, and here the labels are unjust. A rule with no EO gap "
        "repeats what was done to the women. DP does not look at the labels. Where the labels are "
        "right and the groups do differ, it is the other way round: DP then treats people alike "
        "who differ in what counts. No formula can tell which case it is.",
    ),
    "experts": Lesson(
        "Experts",
        "What the three experts want",
        "Three small networks see the same rows and learn from different losses. The utility "
        "expert wants to be right. The result expert wants to be right and to treat the groups "
        "alike in what they get. The procedural expert wants to be right for the same reasons in "
        "each group, and to forget the group. Choose an expert to see what it did, with all four "
        "fairness weights at 1.",
        (5, 7, 18),
        "Training fifteen small experts",
        "Which expert is the best one?",
        "None is, before you say what counts. Each expert closes the gaps that its loss names, and "
        "pays for that in the other panels. So there are three of them, and a gate decides whom to "
        "ask for each row.",
    ),
    "outcome_weight": Lesson(
        "Lambda",
        "What a lambda buys",
        "A lambda (λ) is a fairness weight: it says how much a fairness term counts beside "
        "accuracy in training. This one weighs the outcome gaps in the result expert; all others "
        "are 0. Each mark is one training. The first panel shows utility against the mean of both "
        "gaps, the second the two gaps themselves. A stronger lambda need not shrink both: the "
        "demo's labels are biased, so closing one gap opens the other. Move the slider and see "
        "which falls and which rises.",
        (7, 11),
        "Training 24 small result experts",
        "The mean of the two gaps may stay where it is while the model changes a great deal. Is "
        "that a failure of the training?",
        "No. The demo's labels are biased, so closing one gap opens the other, as in the first "
        "lesson. The loss adds the two gaps, and one can be traded for the other. Besides, the "
        "loss sees probabilities and the gaps count decisions, so a strong lambda may overshoot. "
        "Both gaps vanish only near the constant prediction, where everyone gets the same. Always "
        "look at the parts of a score.",
    ),
    "attention": Lesson(
        "Attention",
        "Attention, and how it differs between groups",
        "A prediction can be divided among the columns it relies on. The shares, without their "
        "sign, are the model's attention. The Jensen-Shannon divergence (JSD) measures how much "
        "the mean attention differs between the groups: 0% if it is the same, 100% if they share "
        "no column. A fairness weight, λ attention, reduces it. Watch the proxies, the columns "
        "that stand in for the group.",
        (21, 20, 19),
        "Training fifteen small procedural experts",
        "Once the attention is the same for both groups, does the model treat them the same?",
        "Not for that reason. Attention says which columns count and how much. It does not say in "
        "which direction, nor with what result: look at the DP gap, before and after. Equal "
        "reasons and equal outcomes are two things.",
    ),
    "reversal": Lesson(
        "Reversal",
        "Gradient reversal",
        "A network can guess the group from other columns. So an adversary predicts the group from "
        "the network's hidden vector, and its gradient is reversed on the way back: the network "
        "learns to make it fail. Whether that worked is not for the adversary to say. A new probe "
        "is trained on the finished hidden vectors. Its AUC is 50% if it can only guess.",
        (23, 24, 30),
        "Training fifteen small procedural experts against adversaries",
        "Suppose the probe can only guess. Is the group gone from the hidden vector?",
        "Not for sure. This probe is linear and learnt from 1,200 rows; a stronger one, or more "
        "rows, might find it. A probe that succeeds shows that the group is there. One that fails "
        "shows much less.",
    ),
    "gate_steps": Lesson(
        "Gate",
        "How the gate learns, step by step",
        "The gate decides whom to ask about each person. Nobody tells it the right expert. It "
        "draws an expert for each person, and learns what all these decisions together have "
        "earned. Then it makes the choices likelier that earned more than a baseline. Walk through "
        "one step with six people, then through ten more, then with all rows. Switch the way of "
        "giving credit, and watch the arrows.",
        (37, 38),
        "Training three experts and taking 240 steps",
        "With REINFORCE, one person's lucky draw can pay for another person's bad one. What does "
        "the default do about that?",
        "REINFORCE credits all choices of a routing with the same number, so a bad choice in a "
        "lucky routing is made likelier too. Only the mean over many tries is right. The default "
        "asks for each person what each expert would have earned while all others stay where they "
        "are. So a choice is credited with its own effect, and what is left to chance is only what "
        "the others do.",
    ),
    "reward": Lesson(
        "Reward",
        "How well one try tells what to do",
        "One reward for a whole routing is a noisy teacher. REINFORCE samples a routing and leans "
        "towards it if it earned more than a baseline. The default of this app is its "
        "Rao-Blackwellised form: it tries every choice of each row, and leaves only the other rows "
        "to chance. A reward that does not depend on the routing teaches nothing: its estimates "
        "scatter around zero. The others scatter around the truth, which can be counted for few "
        "rows. They differ in how widely they scatter, and so in how many tries they need.",
        (37, 38),
        "Training three experts and estimating a gradient 90,000 times",
        "A baseline is subtracted from the reward, and yet the estimate still aims at the truth. "
        "Why does it not shift it?",
        "The gate's probabilities add up to one, so raising some lowers others. Multiplied by a "
        "number that does not depend on the actions, these changes cancel on average. So a "
        "baseline adds no error, and a reward that ignores the actions teaches nothing. A baseline "
        "narrows the estimates most where the average reward is far from 0.",
    ),
    "balance": Lesson(
        "Balance",
        "Temperature and load balance",
        "A softmax turns the gate's scores into weights. A temperature above 1 makes the weights "
        "more alike, one below 1 makes them more certain. The load-balance penalty looks at "
        "something else: how many of all rows each expert gets. So the experts can be used evenly "
        "while the gate is certain about every row: set the weight of the load balance to 0.1 and "
        "the temperature to 0.1 to see it. Move both and compare the two panels.",
        (33, 42),
        "Training nine gates",
        "Without the penalty, different seeds may leave different experts idle. What does that say "
        "about the expert that is left out?",
        "Little. Which expert a gate prefers first is partly chance, and an expert that is hardly "
        "used is hardly tried again. Before you interpret a gate's favourite, train with other "
        "seeds.",
    ),
    "constant": Lesson(
        "Constant",
        "When a constant wins",
        "A constant prediction gives everyone the same, so it has no gap between groups. Its "
        "utility depends on the base rate alone: where most people are hired, “hire everyone” "
        "looks good. Here the models do not see the columns that show skill, so there is little to "
        "learn. Move the base rate and see which of the two gets the higher final score.",
        (47,),
        "Training twelve small mixtures",
        "Why does the constant's score jump at one half?",
        "There it changes from “hire nobody” to “hire everyone”. Its accuracy stays near one half, "
        "but its F1 goes from 0 to two thirds, because F1 counts the positive class only. So it "
        "depends on which class you call positive whether a constant can win.",
    ),
    "chance": Lesson(
        "Chance",
        "Sample size and chance",
        "Two groups that are treated exactly alike still differ in a table, by chance. Here the "
        "groups are drawn from the same people, thousands of times, and the gap in who is hired is "
        "measured. The fewer rows, the larger the gaps. A permutation test compares a gap with "
        "those of shuffled groups, so it takes the number of rows into account.",
        (14,),
        "Drawing 14,000 tables",
        "A report says: the gap is 5 pp. What do you ask first?",
        "How many rows the smaller group has. Then, how often chance alone makes such a gap with "
        "so many rows. A gap that could be chance is no proof of equality: with few rows a true "
        "gap of 5 pp looks the same.",
    ),
    "levelling": Lesson(
        "Levelling",
        "Equality by hurting everyone",
        "A gap closes if the worse-off group gets more. It also closes if the other group gets "
        "less, or if nobody gets anything. That is levelling down, and a score that adds gaps to "
        "accuracy cannot tell it from help. Here 30% of the applicants were hired, and the models "
        "predict who is refused, without the columns that show skill. Switch on the guard, and "
        "compare: it refuses models with more wrongly refused people than the utility expert, or "
        "fewer right decisions than a constant.",
        (47,),
        "Training six small mixtures",
        "A vendor shows you a model with a gap of 0 pp and a higher score. What do you ask for?",
        "For the number of people in each group who get the good outcome, before and after, and "
        "how many of those who deserve it are refused. A gap of zero says only that the groups are "
        "treated alike, not that they are treated well.",
    ),
    "thresholds": Lesson(
        "Cut-offs",
        "Thresholds or training",
        "A model gives a score, and a cut-off makes it a decision. The simplest way to close a gap "
        "is a lower cut-off for one group. Another is to train the model with a penalty on the "
        "gap. Both close gaps and change who is hired. But cut-offs by group treat people by their "
        "group, which may be unlawful. And they leave the order of people within a group as it "
        "was.",
        (11, 14),
        "Training an expert with and one without a penalty",
        "A model undervalues women with a career break. Would a lower cut-off for women mend that?",
        "It would hire more women, but those first who already had the higher scores. A woman with "
        "a career break stays behind other women, for the order within the group does not change. "
        "Where the score itself is wrong about people, the score has to be mended.",
    ),
}
