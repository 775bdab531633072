"""The form in which the user says what each column is for."""

import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import MISSING, Roles, Sensitive, Table, Target
from fairmoe.data.kinds import as_category
from fairmoe.data.labels import MANY_LEVELS, label
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.data import left_out_by_default, others_look_sensitive
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.awareness import awareness_toggle
from fairmoe.ui.prepare.groups import ask_group_names, ask_merge_small, ask_unknown
from fairmoe.ui.prepare.outcome import ask_outcome

FEW_LEVELS = 10


def roles_form(state: Session) -> Roles | None:
    """Draw the form and return the roles as they stand, or None before both columns are chosen.

    Raises:
        InvalidInputError: The roles contradict each other.
    """
    assert state.table is not None
    form = _Form(state, state.table)
    left, right = st.columns(2, border=True)
    with left:
        target = form.target()
    with right:
        sensitive = form.sensitive(target.column if target else None)
        known = state.initial_roles
        with st.container(horizontal=True, vertical_alignment="bottom"):
            merge_small = ask_merge_small(state, sensitive, known.merge_small if known else 0)
            names = ask_group_names(state, sensitive, known.group_names if known else ())
        unknown = ask_unknown(state, sensitive, known.unknown if known else "leave out")
    if target is None or not sensitive:
        return None
    with st.container(border=True):
        roles = form.features(target, sensitive)
    return replace(roles, merge_small=merge_small, group_names=names, unknown=unknown)


class _Form:
    def __init__(self, state: Session, table: Table) -> None:
        assert state.suggestion is not None
        self.state = state
        self.version = state.version
        self.table = table
        self.suggestion = state.suggestion
        self.initial = state.initial_roles
        self.columns = list(table.kinds)

    def key(self, name: str, column: str = "") -> str:
        """Return a key that belongs to this table (and column), but does not name the column."""
        place = f"-{self.columns.index(column)}" if column else ""
        return f"{name}-{self.version}{place}"

    def levels(self, column: str) -> list[str]:
        return [str(level) for level in as_category(self.table.frame[column]).cat.categories]

    def target(self) -> Target | None:
        st.markdown("**Target** :gray[what is predicted]")
        suggested = self.initial.target.column if self.initial else _first(self.suggestion.targets)
        with st.container(horizontal=True):
            column = self._column("Target column", "target", self.columns, suggested)
            if column is None:
                return None
            known = self.initial.target if self.initial else Target("")
            initial = known if known.column == column else Target(column)
            is_number = self.table.kinds[column] == "number"
            if is_number and self.table.frame[column].nunique() > 2:
                target = self._number_target(column, initial)
            else:
                target = self._named_target(column, initial, self.levels(column))
        return target if target is None else self._with_meaning(target, initial)

    def _number_target(self, column: str, initial: Target) -> Target | None:
        few = self.table.frame[column].nunique() <= MANY_LEVELS
        ways = ["Above a threshold", "Certain values"] if few else ["Above a threshold"]
        way = st.segmented_control(
            "Positive are values",
            ways,
            default=ways[-1] if initial.positive and few else ways[0],
            required=True,
            key=self.key("way", column),
            persist_state="session",
        )
        if way == "Certain values":
            return self._named_target(column, initial, self.levels(column))
        median = float(self.table.frame[column].median())
        threshold = st.number_input(
            "Threshold",
            value=median if initial.threshold is None else initial.threshold,
            format="%g",
            help="Greater values are the positive class; begins at the median.",
            key=self.key("threshold", column),
            persist_state="session",
        )
        return Target(column, threshold=threshold)

    def _named_target(self, column: str, initial: Target, levels: list[str]) -> Target | None:
        if not 2 <= len(levels) <= MANY_LEVELS:
            # The library says what is wrong with it, below a form that stays whole.
            return Target(column)
        default = list(initial.positive)
        if not default and len(levels) == 2:
            words = label(self.table, Target(column)).positive
            default = [level for level in levels if words == f"{column} = {level}"]
        positive = st.multiselect(
            "Positive values",
            levels,
            default=default,
            placeholder="Choose at least one",
            help="The class whose share is compared between groups, such as being hired.",
            key=self.key("positive", column),
            persist_state="session",
        )
        if not positive:
            st.caption(":material/arrow_upward: Choose which values are the positive class.")
            return None
        return Target(column, positive=tuple(positive))

    def _with_meaning(self, target: Target, initial: Target) -> Target | None:
        levels = self.levels(target.column) if target.positive else []
        places = [levels.index(value) for value in target.positive]
        # Another positive class is another question.
        key = self.key(f"outcome-{sorted(places)}-{target.threshold}", target.column)
        is_known = (target.positive, target.threshold) == (initial.positive, initial.threshold)
        return ask_outcome(self.state, self.table, initial if is_known else target, key)

    def sensitive(self, target: str | None) -> tuple[Sensitive, ...]:
        st.markdown("**Sensitive** :gray[who is compared with whom]")
        known = self.initial.sensitive if self.initial else ()
        free = [column for column in self.columns if column != target]
        suggested = [each.column for each in known] or [
            column for column in self.suggestion.sensitive[:1] if column in free
        ]
        with st.container(horizontal=True):
            first = self._column("Sensitive column", "sensitive", free, _first(suggested))
            if first is None:
                return ()
            others = [column for column in free if column != first]
            second = self._column(
                "Crossed with", "crossed", others, _first(suggested[1:]), placeholder="Nothing"
            )
        if not (self.initial or second) and suggested == [first]:
            look_so = [column for column in self.suggestion.sensitive[1:] if column in others]
            if look_so:
                st.caption(escape_markdown(others_look_sensitive(look_so)))
        return tuple(self._grouped(column, known) for column in (first, second) if column)

    def _grouped(self, column: str, known: Sequence[Sensitive]) -> Sensitive:
        initial = next((each for each in known if each.column == column), Sensitive(column))
        values = self.table.frame[column]
        if self.table.kinds[column] == "number" and values.nunique() > FEW_LEVELS:
            text = st.text_input(
                f"Cut “{escape_markdown(column)}” at",
                ", ".join(f"{cut:g}" for cut in initial.bins) or f"{values.median():g}",
                help="Ascending numbers, comma-separated. A value equal to a cut falls below it.",
                key=self.key("bins", column),
                persist_state="session",
            )
            return Sensitive(column, bins=_numbers(column, text or ""))
        levels = self.levels(column) + [MISSING] * bool(values.isna().any())
        if len(levels) < 3:
            return initial
        with st.expander("Merge values into groups", expanded=len(levels) > FEW_LEVELS):
            return Sensitive(column, merge=self._merges(column, levels, initial))

    def _merges(
        self, column: str, levels: list[str], initial: Sensitive
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        merges: list[tuple[str, tuple[str, ...]]] = []
        free = levels
        while len(free) > 1:
            place = len(merges)
            name, values = initial.merge[place] if place < len(initial.merge) else ("", ())
            picked = st.multiselect(
                f"Values of group {place + 1}",
                free,
                default=[value for value in values if value in free],
                placeholder="Values that stay unmerged are groups of their own",
                key=self.key(f"merge-{place}", column),
                persist_state="session",
            )
            if not picked:
                break
            given = st.text_input(
                f"Name of group {place + 1}",
                name,
                placeholder=" or ".join(picked),
                key=self.key(f"merge-name-{place}", column),
                persist_state="session",
            )
            merges.append((given or " or ".join(picked), tuple(picked)))
            free = [level for level in free if level not in picked]
        return tuple(merges)

    def features(self, target: Target, sensitive: tuple[Sensitive, ...]) -> Roles:
        st.markdown("**Features** :gray[what the models may look at: every other column]")
        named = {target.column, *(each.column for each in sensitive)}
        free = [column for column in self.columns if column not in named]
        left, middle, right = st.columns([2, 1, 1])
        dropped = left.multiselect(
            "Columns left out",
            free,
            default=[c for c in self._dropped_at_first() if c in free],
            placeholder="None",
            key=dropped_key(self.state),
            persist_state="session",
        )
        told = left_out_by_default(
            {column: why for column, why in self.suggestion.left_out.items() if column in dropped}
        )
        if told:
            left.caption(escape_markdown(told))
        with middle:
            split = self._column(
                "Split column",
                "split",
                [column for column in free if column not in dropped],
                self.initial.split_column if self.initial else self.suggestion.split_column,
                placeholder="None: at random",
            )
        with right:
            weight = self._column(
                "Weights",
                "weight",
                [c for c in free if c not in (*dropped, split) and self._is_weight(c)],
                self.initial.weight if self.initial else None,
                placeholder="None",
                help="A column that says for how many people each row stands, as surveys have.",
            )
        include = awareness_toggle(
            self.state,
            [each.column for each in sensitive],
            known=self.initial.include_sensitive if self.initial else False,
        )
        return Roles(target, sensitive, include, tuple(dropped), split, weight=weight)

    def _is_weight(self, column: str) -> bool:
        return self.table.kinds[column] == "number" and not (self.table.frame[column] < 0).any()

    def _dropped_at_first(self) -> tuple[str, ...]:
        if self.initial:
            return self.initial.dropped
        return tuple(self.suggestion.left_out)

    def _column(
        self,
        name: str,
        key: str,
        columns: list[str],
        suggested: str | None,
        placeholder: str = "Choose a column",
        help: str | None = None,
    ) -> str | None:
        return st.selectbox(
            name,
            columns,
            index=columns.index(suggested) if suggested in columns else None,
            placeholder=placeholder,
            key=self.key(key),
            persist_state="session",
            help=help,
        )


def dropped_key(state: Session) -> str:
    """Return the key of the columns that are left out of the table of a session."""
    return f"dropped-{state.version}"


def _first(names: Sequence[str]) -> str | None:
    return names[0] if names else None


def _numbers(column: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in re.split(r"[,;\s]+", text.strip()) if part)
    except ValueError as error:
        raise InvalidInputError(
            f"The cut points of sensitive column '{column}' need to be numbers separated by commas"
        ) from error
