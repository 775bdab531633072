"""The two stages of a sweep: each distinct expert is trained once, then gates on them in shards."""

from collections.abc import Generator, Sequence
from functools import partial

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.names import PHASES, TRAINING, Phase
from fairmoe.nn import N_EXPERTS
from fairmoe.progress import Progress, part_done
from fairmoe.sweep.executors import Executor, Part, Workers, compute
from fairmoe.sweep.experts import (
    Blocks,
    compute_experts,
    experts_name,
    group_shards,
    make_expert_stacks,
    names_of,
    read_experts,
    write_experts,
)
from fairmoe.sweep.plan import make_shards
from fairmoe.sweep.shard import compute_shard, read_shard, shard_name
from fairmoe.sweep.time_left import TimeLeft
from fairmoe.training import (
    KeptExpert,
    distinct_experts,
    experts_given,
    train_distinct_experts,
)
from fairmoe.training.expert_phase import missing_experts

_PHASES: tuple[Phase, ...] = tuple(phase for phase in TRAINING if phase != "encode")
_OF_EXPERTS: tuple[Phase, ...] = ("warm-up", "experts")
_OF_GATES: tuple[Phase, ...] = tuple(phase for phase in _PHASES if phase not in _OF_EXPERTS)

Named = tuple[str, bytes]
"""What a store is to keep, with its name."""


def compute_runs(
    executor: Executor | None,
    data: EncodedData,
    runs: Sequence[Settings],
    experts: dict[str, KeptExpert],
    *,
    max_runs: int | None,
    time_left: TimeLeft,
) -> Generator[Named]:
    """Compute runs, and yield each stack of experts and each shard when it is done, in any order.

    Args:
        executor: Computes them, the experts first. Without it shards are computed here, one after
            the other, those of several after a stack of their experts, which this process keeps.
        data: What to train on.
        runs: The settings of each run.
        experts: By name, those that are trained already; others are added.
        max_runs: How many runs a shard may have; by default as many as are fast.
        time_left: Is told of the progress at least every second; what it raises stops all work.
    """
    if executor is None:
        yield from _one_after_the_other(data, runs, experts, max_runs, time_left)
        return
    with executor(data) as workers:
        yield from _in_stages(workers, data, runs, experts, max_runs, time_left)


def _one_after_the_other(
    data: EncodedData,
    runs: Sequence[Settings],
    experts: dict[str, KeptExpert],
    max_runs: int | None,
    time_left: TimeLeft,
) -> Generator[Named]:
    shards = make_shards(runs, data, max_runs=max_runs)
    for group in group_shards(shards, data, max_runs=max_runs):
        settings = [run for shard in group for run in shard]
        with experts_given(experts):
            missing = sum(missing_experts(data, settings))
            per_expert, per_run = _work(missing, len(settings))
            if missing:
                blocks = [list(block.values()) for block in distinct_experts(data, settings)]
                report = partial(_report, time_left, missing * per_expert, _OF_EXPERTS)
                train_distinct_experts(data, blocks, on_progress=report)
                time_left.finish(missing * per_expert)
        for shard in group:
            report = partial(_report, time_left, len(shard) * per_run, _OF_GATES)
            content = compute_shard(data, shard, _given(data, shard, experts), report)
            yield shard_name(data.digest, shard), content
            time_left.finish(len(shard) * per_run)


def _in_stages(
    workers: Workers,
    data: EncodedData,
    runs: Sequence[Settings],
    experts: dict[str, KeptExpert],
    max_runs: int | None,
    time_left: TimeLeft,
) -> Generator[Named]:
    both = make_expert_stacks(runs, data, experts, workers=workers.count, max_runs=max_runs)
    missing = sum(len(block) for stacks in both for blocks in stacks for block in blocks)
    per_expert, per_run = _work(missing, len(runs))
    for stacks in both:
        parts = [
            Part(compute_experts, (blocks, _beside(data, blocks, experts))) for blocks in stacks
        ]
        for content in compute(workers, parts, time_left):
            found = read_experts(content)
            experts |= found
            yield experts_name(data.digest, found), content
            time_left.finish(len(found) * per_expert)
    shards = make_shards(runs, data, workers=workers.count, max_runs=max_runs)
    parts = [Part(compute_shard, (shard, _given(data, shard, experts))) for shard in shards]
    for content in compute(workers, parts, time_left):
        settings = read_shard(content).settings
        yield shard_name(data.digest, settings), content
        time_left.finish(len(settings) * per_run)


def _work(experts: int, runs: int) -> tuple[float, float]:
    """Return what an expert and the gate of a run take, in runs: all of them `runs` in all."""
    share = sum(PHASES[phase].share for phase in _OF_EXPERTS)
    per_expert = share / N_EXPERTS
    per_run = sum(PHASES[phase].share for phase in _PHASES) - share
    scale = runs / (experts * per_expert + runs * per_run)
    return scale * per_expert, scale * per_run


def _given(
    data: EncodedData, runs: Sequence[Settings], experts: dict[str, KeptExpert]
) -> bytes | None:
    """Return those experts of runs that are trained already."""
    needed = names_of(data, runs)
    given = {name: experts[name] for name in needed.intersection(experts)}
    if len(given) == len(needed):
        # Only experts that are still to be trained are compared with what others decide.
        given = {name: expert._replace(decisions=None) for name, expert in given.items()}
    return write_experts(given) if given else None


def _beside(data: EncodedData, blocks: Blocks, experts: dict[str, KeptExpert]) -> bytes | None:
    """Return the utility experts that fairness experts are compared with."""
    others = [one for block in blocks[1:] for one in block]
    if not others:
        return None
    return write_experts({name: experts[name] for name in distinct_experts(data, others)[0]})


def _report(time_left: TimeLeft, work: float, phases: Sequence[Phase], progress: Progress) -> None:
    time_left.report(work * part_done(progress, phases))
