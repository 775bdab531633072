"""Projects that a server keeps on its disk; knows what a project is called, not what it is."""

from fairmoe.project_store.index import LONGEST, About, StoredProject
from fairmoe.project_store.store import ProjectStore

__all__ = ["LONGEST", "About", "ProjectStore", "StoredProject"]
