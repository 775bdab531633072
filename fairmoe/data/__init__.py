"""From the bytes of a file to encoded, split arrays."""

from fairmoe.data.assign import LabelledTable, assign_roles
from fairmoe.data.encode import EncodedData, EncodedSplit, encode
from fairmoe.data.encoder import Encoder
from fairmoe.data.kinds import MISSING, ColumnKind
from fairmoe.data.read import read_table
from fairmoe.data.roles import Roles, Sensitive, Target
from fairmoe.data.split import split_rows
from fairmoe.data.table import Table, retype, table_from_frame

__all__ = [
    "MISSING",
    "ColumnKind",
    "EncodedData",
    "EncodedSplit",
    "Encoder",
    "LabelledTable",
    "Roles",
    "Sensitive",
    "Table",
    "Target",
    "assign_roles",
    "encode",
    "read_table",
    "retype",
    "split_rows",
    "table_from_frame",
]
