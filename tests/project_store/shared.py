"""What tests of the store share."""

from fairmoe.project_store import About

ABOUT = About(2, "a.csv", True)


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "index.sqlite")


def names(store):
    return [each.name for each in store.projects()]
