"""Background work for several users at once: queues, progress, cancel; knows no streamlit."""

from fairmoe.jobs.bounds import Bounds
from fairmoe.jobs.bugs import log_bug
from fairmoe.jobs.job import Snapshot
from fairmoe.jobs.registry import JobRegistry
from fairmoe.jobs.task import Task
from fairmoe.jobs.turns import Turns
from fairmoe.jobs.workers import Workers

__all__ = ["Bounds", "JobRegistry", "Snapshot", "Task", "Turns", "Workers", "log_bug"]
