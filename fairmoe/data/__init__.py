"""From the bytes of a file to encoded, split arrays."""

from fairmoe.data.assign import MIN_GROUP_ROWS, LabelledTable, SmallGroupsError, assign_roles
from fairmoe.data.demo import (
    DEMO_NAME,
    DEMO_NAMED_ROLES,
    DEMO_ROLES,
    DEMO_SETTINGS,
    demo_csv,
    demo_table,
    make_demo,
)
from fairmoe.data.encode import DataSettings, EncodedData, EncodedSplit, encode
from fairmoe.data.encoder import Encoder
from fairmoe.data.existing import Existing, Scored, scored_by
from fairmoe.data.existing_columns import (
    decision_at_first,
    existing_at_first,
    named_as_existing,
    same_answers,
    suggest_existing,
)
from fairmoe.data.kinds import MISSING, ColumnKind
from fairmoe.data.leaks import Leaks, find_leaks
from fairmoe.data.public import PUBLIC, PublicSource, fetch_public
from fairmoe.data.read import read_table
from fairmoe.data.reading.record import Change, Reading, ReadOptions
from fairmoe.data.roles import OUTCOMES, Outcome, Roles, Sensitive, Target
from fairmoe.data.split import split_rows
from fairmoe.data.suggest import Suggestion, fixed_columns, suggest_outcome, suggest_roles
from fairmoe.data.table import Table, reread, retype, table_from_frame

__all__ = [
    "DEMO_NAME",
    "DEMO_NAMED_ROLES",
    "DEMO_ROLES",
    "DEMO_SETTINGS",
    "MIN_GROUP_ROWS",
    "MISSING",
    "OUTCOMES",
    "PUBLIC",
    "Change",
    "ColumnKind",
    "DataSettings",
    "EncodedData",
    "EncodedSplit",
    "Encoder",
    "Existing",
    "LabelledTable",
    "Leaks",
    "Outcome",
    "PublicSource",
    "ReadOptions",
    "Reading",
    "Roles",
    "Scored",
    "Sensitive",
    "SmallGroupsError",
    "Suggestion",
    "Table",
    "Target",
    "assign_roles",
    "decision_at_first",
    "demo_csv",
    "demo_table",
    "encode",
    "existing_at_first",
    "fetch_public",
    "find_leaks",
    "fixed_columns",
    "make_demo",
    "named_as_existing",
    "read_table",
    "reread",
    "retype",
    "same_answers",
    "scored_by",
    "split_rows",
    "suggest_existing",
    "suggest_outcome",
    "suggest_roles",
    "table_from_frame",
]
