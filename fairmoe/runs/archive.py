"""A zip of known members: nothing is unpacked to disk, and no more is read than was agreed."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from fairmoe.errors import InvalidInputError

MAX_BYTES = 512 * 2**20
"""What a project may hold in all, decompressed."""

_MANY = 1024
_ENTRY = b"PK\1\2"
_ENTRIES = 64 * _MANY
"""How often what begins an entry of a zip's list may be there: a table may be a zip itself."""

_DATE = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def pack(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of some members; the same members give the same bytes.

    Raises:
        InvalidInputError: They take more than a project may hold.
    """
    content, total = io.BytesIO(), 0
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            total += len(member)
            if total > MAX_BYTES:
                raise InvalidInputError(
                    f"A project holds at most {MAX_BYTES // 2**20} MiB",
                    however="these runs and this table take more",
                    remedy="Leave the table out, or keep fewer runs.",
                )
            archive.writestr(zipfile.ZipInfo(name, _DATE), member, zipfile.ZIP_DEFLATED)
    return content.getvalue()


class Archive:
    """The members of a zip, each to be read by its name.

    Args:
        content: The bytes of the zip.

    Raises:
        InvalidInputError: It is no zip, or one that is damaged, locked or too large.
    """

    def __init__(self, content: bytes) -> None:
        # The list of a zip is read as a whole, and takes ten times its bytes.
        if content.count(_ENTRY) > _ENTRIES:
            raise damaged("its list of files")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, OverflowError) as error:
            raise InvalidInputError(
                "A project of fairmoe is needed", however="this file is none, or it is damaged"
            ) from error
        members = self._zip.infolist()
        self._sizes = {member.filename: member.file_size for member in members}
        if len(self._sizes) < len(members) or len(members) > _MANY:
            raise damaged("its list of files")
        if sum(self._sizes.values()) > MAX_BYTES:
            raise InvalidInputError(
                f"A project holds at most {MAX_BYTES // 2**20} MiB",
                however="this one says that it holds more",
            )
        if any(m.flag_bits & _ENCRYPTED or m.compress_type not in _METHODS for m in members):
            raise InvalidInputError(
                "A project without a password is needed, packed as ZIP does by itself",
                however="this one is packed in another way",
            )

    @property
    def names(self) -> Mapping[str, int]:
        """How many bytes each member says that it has."""
        return self._sizes

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return what a member holds.

        Raises:
            InvalidInputError: There is none of that name, it is damaged, or it holds more.
        """
        size = self._sizes.get(name, -1)
        if not 0 <= size <= max_bytes:
            raise damaged(f"'{name}'")
        try:
            with self._zip.open(name) as file:
                content = file.read(size + 1)
        # A place before the file and a name that is no text are ValueErrors.
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            zlib.error,
            RuntimeError,
            ValueError,
        ) as error:
            raise damaged(f"'{name}'") from error
        if len(content) != size:
            raise damaged(f"'{name}'")
        return content


def damaged(what: str) -> InvalidInputError:
    """Return the error that says what of a project is damaged."""
    return InvalidInputError(
        "A project needs its files as they were written",
        however=f"{what} is missing or was changed",
        remedy="Save the project again.",
    )
