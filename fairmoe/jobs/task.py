"""Work that can be done in another process: a function of a module, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fairmoe.progress import OnProgress

T = TypeVar("T")


@dataclass(frozen=True)
class Task(Generic[T]):
    """A call that can be sent to a worker.

    Attributes:
        function: Of a module, so that another process finds it by its name. It takes `arguments`
            and the keyword `on_progress`.
        arguments: Are pickled for a worker, but for what is shared.
        shared: Objects that stay in this process: the worker has in their place what calls their
            methods here. Arguments and results of these calls are pickled.
    """

    function: Callable[..., T]
    arguments: tuple[Any, ...] = ()
    shared: tuple[Any, ...] = ()

    def __call__(self, on_progress: OnProgress) -> T:
        """Do the work in this process."""
        return self.function(*self.arguments, on_progress=on_progress)
