"""Which roles the columns of a table look made for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from fairmoe.data.labels import NO, YES
from fairmoe.data.roles import Outcome, Target
from fairmoe.data.split_column import SPLIT_WORDS
from fairmoe.data.table import Table

TARGET_WORD = re.compile(
    "target|labels?|class|outcome|income|hired?|approved?|accept(ed)?|admit(ted)?|default|decision"
    "|recid(ivism|ivated)?|churn|good|result|survived"
)
FILL_WORDS = frozenset({"is", "was", "has", "two", "year", "per", "the", "of", "flag", "status"})
MANY_NAMES = 50
"""A column of fewer values names no people."""

NAME_WORDS = frozenset({"name", "names", "first", "last", "forename", "surname", "lastname"})
SENSITIVE_WORDS = (
    ("sex", "gender"),
    ("race", "ethnicity", "ethnic"),
    ("age",),
    ("religion", "nationality", "citizenship", "disability", "disabled", "orientation"),
    ("foreign", "birth", "native", "marital", "pregnant"),
)
FIXED_WORDS = frozenset(
    {
        *("sex", "gender", "race", "ethnicity", "ethnic", "age", "disability", "disabled"),
        *("birth", "born", "birthday", "birthdate", "birthplace", "birthyear", "dob"),
        *("native", "nationality", "citizenship", "foreign", "foreigner"),
    }
)
"""Words in the name of what a person is, or was born as, and cannot change."""

ID_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "index", "identifier"})
GOOD_WORD = re.compile(
    "hired?|approv(ed?|al)|accept(ed|ance)?|admit(ted)?|admissions?|grant(ed)?|pass(ed)?|promot(ed|ion)"
    "|graduat(ed?|ion)|employed|offer(ed)?|eligible|qualified|repaid|paid|recovered|insured|invited"
    "|released|paroled|success(ful)?|good|won|benefits?"
)
BAD_WORD = re.compile(
    "den(y|ied|ial)|reject(ed|ion)?|refus(ed|al)|declined?|fail(ed|ure)?|default(s|ed)?|delinquent"
    "|(two)?(year)?recid(ivism|ivist|ivated|ivate)?|reoffen(d|ds|ded|der|ders|ding|se)|rearrest(ed)?"
    "|arrest(ed)?|convict(ed|ion)?|jailed|detained|expelled|suspended|dismissed|fired|evicted"
    "|unemployed|fraud|dropout|bad"
)
MORE_IS_GOOD = re.compile("income|salary|wages?|earnings|pay|grades?|marks?|gpa")
MORE_IS_BAD = re.compile("risk|debt|sentence|penalty")
MORE = re.compile(r"[>≥].*|high|higher|very high", re.IGNORECASE)
LESS = re.compile(r"[<≤].*|low|lower|very low", re.IGNORECASE)
NEGATION = frozenset({"not", "no", "non", "never", "without"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


LeftOut = Literal["id", "name", "date", "text", "empty"]
"""Why a column is left out unless the user says otherwise."""


@dataclass(frozen=True)
class Suggestion:
    """Columns that look made for a role, the likeliest first.

    Attributes:
        targets: Columns of two values: those named like "y", "target" or "hired" first, then those
            of which a part is, such as "default_next_month"; the last column and the first before
            others of such a name.
        sensitive: Columns named like "sex", "race" or "age".
        left_out: Columns that are left out unless the user says otherwise, each with why: an "id"
            that names the row and says nothing else; a "name", or a code with nearly as many
            values; a "date"; a "text"; or "empty".
        split_column: A column that says train, validation or test, if there is one.
    """

    targets: tuple[str, ...]
    sensitive: tuple[str, ...]
    left_out: Mapping[str, LeftOut]
    split_column: str | None


def fixed_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that by their names hold what a person cannot change.

    Example:
        >>> fixed_columns(["age", "AgeAtEntry", "region_of_birth", "average", "wage"])
        ['age', 'AgeAtEntry', 'region_of_birth']
    """
    return [column for column in columns if words_of_name(column) & FIXED_WORDS]


def suggest_roles(table: Table) -> Suggestion:
    """Guess from names and values what the columns may be for."""
    columns = list(table.frame.columns)
    words = {column: words_of_name(column) for column in columns}
    distinct = {column: table.frame[column].nunique() for column in columns}
    left_out = {
        column: reason
        for column in columns
        if (reason := _why_left_out(table, column, words[column], distinct[column]))
    }
    ranked = [
        column
        for role_words in SENSITIVE_WORDS
        for column in columns
        if words[column].intersection(role_words)
        and distinct[column] > 1
        and column not in left_out
    ]
    sensitive = tuple(dict.fromkeys(ranked))
    split = next((column for column in columns if _is_split(table, column)), None)
    binary = [
        column for column in columns if distinct[column] == 2 and column not in (*sensitive, split)
    ]
    named = {column: _how_telling(words[column]) for column in binary}
    order = sorted(
        binary,
        key=lambda column: (
            -named[column] - (column in (columns[0], columns[-1])),
            # A part of a name tells too little for the last column to be likelier than the first.
            named[column] != 1 and column != columns[-1],
        ),
    )
    return Suggestion(tuple(order), sensitive, left_out, split)


def suggest_outcome(target: Target) -> Outcome | None:
    """Guess from the words of the positive values and of the column whether they are good or bad.

    The words of a value go before those of the column's name: "denied" is bad in whatever column.
    "yes" and "no" take theirs from the column, as does more or less of an amount.

    Args:
        target: Without positive values or a threshold it is taken as a column of yes and no.

    Returns:
        "good" or "bad" for the person; None where the words do not say, or contradict each other.

    Example:
        >>> suggest_outcome(Target("hired", ("yes",))), suggest_outcome(Target("hired", ("no",)))
        ('good', 'bad')
        >>> suggest_outcome(Target("income", threshold=50_000))
        'good'
        >>> suggest_outcome(Target("colour", ("red",))) is None
        True
    """
    values = target.positive or ("yes" if target.threshold is None else ">",)
    signs = {_sign_of_value(value, target.column) for value in values}
    names: dict[int, Outcome] = {1: "good", -1: "bad"}
    return names.get(signs.pop()) if len(signs) == 1 else None


def _sign_of_value(value: str, column: str) -> int:
    """Return 1 for good, -1 for bad and 0 where the words do not say."""
    own = _sign(words_of_name(value), GOOD_WORD, BAD_WORD)
    if own:
        return own
    name = words_of_name(column)
    for more, less, good, bad in (
        (YES, NO, GOOD_WORD, BAD_WORD),
        (MORE, LESS, MORE_IS_GOOD, MORE_IS_BAD),
    ):
        if more.fullmatch(value) or less.fullmatch(value):
            sign = _sign(name, good, bad)
            return sign if more.fullmatch(value) else -sign
    return 0


def _sign(words: set[str], good: re.Pattern[str], bad: re.Pattern[str]) -> int:
    sign = any(map(good.fullmatch, words)) - any(map(bad.fullmatch, words))
    return -sign if NEGATION & words else sign


def words_of_name(column: str) -> set[str]:
    """Return the words of a name in lower case: "ForeignWorker" has foreign and worker."""
    return {word.lower() for word in _WORD.findall(column)}


def _how_telling(words: set[str]) -> int:
    """Return 2 for the name of a target, 1 for one that has a word of one, or else 0."""
    if words == {"y"}:
        return 2
    telling = {word for word in words if TARGET_WORD.fullmatch(word)}
    return (len(telling) > 0) + (len(telling) > 0 and words <= telling | FILL_WORDS)


def _why_left_out(table: Table, column: str, words: set[str], distinct: int) -> LeftOut | None:
    kind = table.kinds[column]
    if not distinct:
        return "empty"
    if kind in ("date", "text"):
        return "date" if kind == "date" else "text"
    if _is_id(table, column, words):
        return "id"
    given = len(table.frame) - int(table.frame[column].isna().sum())
    share = 0.1 if NAME_WORDS & words else 0.3
    is_name = kind == "category" and distinct > MANY_NAMES and distinct > share * given
    return "name" if is_name else None


def _is_id(table: Table, column: str, words: set[str]) -> bool:
    values = table.frame[column]
    present = len(values) - int(values.isna().sum())
    if present < 2:
        return False
    share = values.nunique() / present
    if ID_WORDS & words:
        return share > 0.9
    if table.kinds[column] == "category":
        return share > 0.9
    steps = values.diff().dropna()
    return bool(share == 1 and (steps == 1).all())


def _is_split(table: Table, column: str) -> bool:
    if table.kinds[column] != "category":
        return False
    levels = {level.lower() for level in table.frame[column].cat.categories}
    return len(levels) > 1 and levels <= set(SPLIT_WORDS)
