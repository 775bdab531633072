"""ZIP archives with one table."""

from pathlib import PurePosixPath

from fairmoe.data.reading.budget import Budget, open_zip, read_member
from fairmoe.errors import InvalidInputError

TABLES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".parquet", ".xlsx", ".xls", ".ods")


def only_table(content: bytes, budget: Budget) -> bytes:
    """Return the one table in a ZIP archive.

    Raises:
        InvalidInputError: There is none, or several; the archive is damaged, locked or too large.
    """
    with open_zip(content) as archive:
        names = [name for name in archive.namelist() if _is_table(PurePosixPath(name))]
        if len(names) != 1:
            raise InvalidInputError(
                "An archive with one table is needed",
                however=f"this one has {len(names) or 'none'}",
                remedy="Unpack it, and load the table itself.",
                choices=tuple(names),
            )
        return read_member(archive, names[0], budget)


def _is_table(path: PurePosixPath) -> bool:
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in TABLES and not is_hidden
