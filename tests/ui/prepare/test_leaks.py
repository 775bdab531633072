from fairmoe._escape import escape_markdown
from tests.ui.prepare.fields import field, table, upload


def test_a_leak_and_an_id_are_pointed_out_and_left_out_by_a_button(data):
    upload(data, table().assign(id=range(60), copy=lambda f: f["hired"].map({"yes": 1, "no": 0})))
    left_out = "Columns left out"
    assert field(data, "multiselect", left_out).value == ["id"]
    told = escape_markdown("Left out by default: id (only names the row).")
    assert told in [caption.value for caption in data.caption]
    field(data, "multiselect", left_out).set_value([]).run()
    warnings = [warning.value for warning in data.warning]
    assert "id names the row or the person" in warnings[0]
    assert "copy: alone it tells the outcome with an AUC of 100%" in warnings[1]
    field(data, "button", "Leave out copy").click().run()
    assert not data.exception
    assert field(data, "multiselect", left_out).value == ["copy"]
    assert "copy" not in data.session_state["fairmoe"].labelled.kinds
    assert not any("copy:" in warning.value for warning in data.warning)
    field(data, "button", "Leave out id").click().run()
    assert field(data, "multiselect", left_out).value == ["copy", "id"]


def test_several_leaks_are_left_out_by_one_button(data):
    copies = {name: lambda f: f["hired"] + "!" for name in ("first_copy", "second_copy")}
    upload(data, table().assign(**copies))
    field(data, "button", "Leave out all 2").click().run()
    assert field(data, "multiselect", "Columns left out").value == ["first_copy", "second_copy"]
